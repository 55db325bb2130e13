/** The steps of a property path such as `metadata.annotations["a.b/c"]` or `spec.ports[0].port`. */
export function parse(path: string): readonly string[] {
  const steps = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|[^.[\]]+/g);
  return [...steps].map(([step, quoted, index]) => quoted?.replaceAll('\\"', '"') ?? index ?? step);
}
