import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { openIdentities } from "../../../components/cilium/identityStore";
import { formatLabels, numberKey } from "../../../components/cilium/model/labelledIdentity";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { ciliumCluster } from "../support/cilium/ciliumCluster";

/** As `cilium-dbg kvstore` does, with a file of lines `<key> => <value>`. */
const CILIUM_DBG = `#!/bin/bash
if [ "$2" = get ]; then cat "$ETCD"; else echo "$4 => $6" >> "$ETCD"; fi
`;

describe("identities that are made in etcd", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kvstore-"));
    writeFileSync(join(folder, "cilium-dbg"), CILIUM_DBG, { mode: 0o755 });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("leave alone one whose number an agent has given since they were read", async () => {
    const cluster = ciliumCluster("west", { kvstore: "" });
    const store = await openIdentities(cluster, DEFAULT_SETTINGS.cilium, { kvstore: "etcd" });
    const identity = (number: number, app: string) => ({ number, labels: { "k8s:app": app } });
    await store?.make([identity(459052, "a"), identity(459053, "$(reboot)")]);
    const [, [program = "", ...args]] = cluster.callsOf("exec").at(-1) ?? assert.fail("nothing was made");
    const etcd = join(folder, "etcd");
    const theirs = `${numberKey(459052)} => k8s:app=theirs;\n${numberKey(4590530)} => k8s:app=other;\n`;
    writeFileSync(etcd, theirs);
    const PATH = [folder, process.env["PATH"] ?? ""].join(delimiter);
    execFileSync(program, args, { env: { PATH, ETCD: etcd } });
    const ours = `${numberKey(459053)} => ${formatLabels({ "k8s:app": "$(reboot)" })}\n`;
    assert.equal(readFileSync(etcd, "utf8"), theirs + ours);
  });
});
