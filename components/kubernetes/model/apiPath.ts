/** Where the API server has an object. @param plural The name of its kind in paths, such as `configmaps`. */
export function apiPath(apiVersion: string, plural: string, name: string, namespace?: string): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = [...(namespace === undefined ? [] : ["namespaces", namespace]), plural, name];
  return `${group}/${place.map(encodeURIComponent).join("/")}`;
}
