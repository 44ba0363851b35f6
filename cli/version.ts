import { version as ofPackage } from '../package.json';

/** The version of kubewho, from package.json. */
export const version: string = ofPackage;
