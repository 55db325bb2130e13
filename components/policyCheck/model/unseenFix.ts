/**
 * What to do about policies that could not be looked at.
 *
 * @param reason What the cluster said.
 * @param rights What to do where it said that its user may not.
 */
export function unseenFix(reason: string, rights: string): string {
  return /\bforbidden\b/i.test(reason)
    ? rights
    : "see what kubectl api-resources and kubectl get --all-namespaces say of it";
}
