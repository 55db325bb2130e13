/** Why a certificate or key cannot be used by the Go programs that are to use it (agents, etcd, the `tls` plugin), and what to do. */
export class Unusable extends Error {
  constructor(
    readonly reason: string,
    readonly fix: string,
  ) {
    super(reason);
  }
}
