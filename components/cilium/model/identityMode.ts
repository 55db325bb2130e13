/**
 * Where agents with these options keep identities (`identity-allocation-mode`): `crd`, `kvstore`, or both while a cluster goes over from one to
 * the other (`doublewrite-readkvstore`, `doublewrite-readcrd`). Not set, it is the kvstore, unless there is none (Cilium, `pkg/option/config.go`).
 */
export function identityModeOf(settings: Readonly<Record<string, string | undefined>>): string {
  return settings["identity-allocation-mode"] ?? ((settings["kvstore"] ?? "") === "" ? "crd" : "kvstore");
}
