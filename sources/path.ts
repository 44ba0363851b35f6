/** Paths as hosts have them: absolute, `/` between steps, none at the end (but for `/` and `C:/` themselves). */

/** The folder that a path lies in, or undefined for a root. */
export function parentOf(path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  if (slash < 0 || slash === path.length - 1) return undefined;
  const above = path.slice(0, slash);
  return above === '' || /^[A-Za-z]:$/.test(above) ? `${above}/` : above;
}

/** The last step of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A relative path seen from a folder, with `.` and `..` taken out. Both may be relative to one unnamed place; "" is that place. */
export function resolvePath(folder: string, relative: string): string {
  const absolute = folder.startsWith('/');
  const steps: string[] = [];
  for (const step of `${folder}/${relative}`.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.length > 0 && steps[steps.length - 1] !== '..') steps.pop();
    else if (!absolute) steps.push('..');
  }
  return (absolute ? '/' : '') + steps.join('/');
}

/** Whether a path is a folder or lies below it. */
export function isWithin(folder: string, path: string): boolean {
  return folder === '' || path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** A path seen from a folder: "" for the folder itself, with `../` where it lies outside. */
export function relativeTo(folder: string, path: string): string {
  let above: string | undefined = folder;
  for (let ups = ''; above !== undefined; ups += '../', above = parentOf(above)) {
    if (path === above) return ups.slice(0, -1);
    if (isWithin(above, path)) return ups + path.slice(above.endsWith('/') ? above.length : above.length + 1);
  }
  return path;
}
