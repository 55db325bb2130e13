import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const peer = z.object({
  endpoints: z.array(z.string()),
  "trusted-ca-file": z.string(),
  "cert-file": z.string(),
  "key-file": z.string(),
});

/** A client's PEM material. */
export interface ClientPem {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What an agent would dial for a peer, with nothing but the files of its Secret. */
export function peerOf(
  files: Readonly<Record<string, string>>,
  name: string,
): { readonly endpoints: readonly string[]; readonly pem: ClientPem } {
  const config = peer.parse(parse(files[name] ?? ""));
  const file = (path: string) => files[path.replace("/var/lib/cilium/clustermesh/", "")] ?? "";
  const pem = { ca: file(config["trusted-ca-file"]), cert: file(config["cert-file"]), key: file(config["key-file"]) };
  return { endpoints: config.endpoints, pem };
}

/** How etcd answered a client. */
export interface EtcdAnswer {
  readonly opened: boolean;
  readonly text: string;
}

/** Runs etcdctl against an endpoint. The PEM material is in files of this user alone while it runs. */
export function askEtcd(
  etcdctl: string,
  endpoint: string,
  pem: ClientPem,
  args: readonly string[],
  input = "",
): EtcdAnswer {
  const folder = mkdtempSync(join(tmpdir(), "clustermesh-etcd-"));
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  try {
    const client =
      pem.cert === undefined || pem.key === undefined
        ? []
        : [`--cert=${write("crt", pem.cert)}`, `--key=${write("key", pem.key)}`];
    const flags = [
      `--endpoints=${endpoint}`,
      `--cacert=${write("ca", pem.ca)}`,
      ...client,
      "--dial-timeout=3s",
      "--command-timeout=3s",
    ];
    const { status, stdout, stderr } = spawnSync(etcdctl, [...flags, ...args], {
      input,
      encoding: "utf8",
      env: { ...process.env, ETCDCTL_API: "3" },
    });
    return { opened: status === 0, text: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
