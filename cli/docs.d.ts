/** The README of every rule by rule id: written beside the bundle by esbuild.mjs. */
declare module 'kubewho:docs' {
  const docs: Readonly<Record<string, string>>;
  export default docs;
}
