/** A Namespace. Its labels, by which it is selected and put into a mesh, stand in the header that every object has. */
export interface NamespaceFact {
  readonly fact: 'namespace';
}

/** Reads a Namespace. */
export function readNamespace(): NamespaceFact[] {
  return [{ fact: 'namespace' }];
}
