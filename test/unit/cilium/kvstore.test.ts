import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { errorMessage } from "../../../components/basics/errorMessage";
import { openIdentities } from "../../../components/cilium/identityStore";
import { formatLabels, numberKey } from "../../../components/cilium/model/labelledIdentity";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { EtcdInMemory } from "../support/cilium/etcdInMemory";

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

  describe("in great number", () => {
    const many = Array.from({ length: 200 }, (_, n) => ({
      number: 459052 + n,
      labels: { "k8s:app": `app-${String(n)}` },
    }));
    const agents = { n1: {}, n2: {}, n3: {} };
    const make = async (fails: (pod: string) => boolean) => {
      const etcd = new EtcdInMemory("");
      const cluster = ciliumCluster("west", { kvstore: etcd, agents });
      cluster.fail((call) => call.do === "exec" && fails(call.args[0].pod), new KubectlError("no answer"));
      const store = await openIdentities(cluster, DEFAULT_SETTINGS.cilium, { kvstore: "etcd" });
      const made = await store?.make(many).then(() => "all", errorMessage);
      return { made, count: etcd.keys.size, writers: new Set(cluster.callsOf("exec").map(([{ pod }]) => pod)) };
    };

    it("are made by all agents, and by another one where an agent fails", async () => {
      assert.deepEqual(await make(() => false), {
        ...{ made: "all", count: 200 },
        writers: new Set(["cilium-west-n1", "cilium-west-n2", "cilium-west-n3"]),
      });
      const { made, count } = await make((pod) => pod.endsWith("n2"));
      assert.deepEqual([made, count], ["all", 200]);
    });

    it("are not said to be made where no agent could", async () => {
      assert.equal((await make(() => true)).made, "no answer");
    });
  });
});
