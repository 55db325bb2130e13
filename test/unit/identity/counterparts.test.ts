import assert from "node:assert/strict";
import type { LabelledIdentity } from "../../../components/cilium/model/labelledIdentity";
import { ciliumIdentity, formatLabels, numberKey } from "../../../components/cilium/model/labelledIdentity";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { keepCounterparts, makeCounterparts, type IdentityChange } from "../../../components/identity/counterparts";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import type { AskedExec } from "../../support/kubernetes/stateInMemory";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { waitUntil } from "../../support/waitUntil";
import { saidWhile } from "../support/cilium/rollingCluster";
import { agentDaemonSet, agentPod } from "../support/cilium/agentObjects";

const CLUSTER = "k8s:io.cilium.k8s.policy.cluster";
const OLD: readonly LabelledIdentity[] = [300, 301].map((number) => ({
  number,
  labels: { "k8s:app": `app${String(number)}`, [CLUSTER]: "default" },
}));
const BASE = 7 << 16;
const RENAMING: IdentityChange = {
  cluster: "west",
  cilium: DEFAULT_SETTINGS.cilium,
  from: { name: "default", id: 0 },
  to: { name: "west", id: 7 },
  maxConnectedClusters: 255,
};

/** An etcd with these identities, as its agents show it. */
class Etcd {
  readonly entries = new Map(OLD.map(({ number, labels }) => [numberKey(number), formatLabels(labels)]));

  answer([, , verb, ...args]: readonly string[]): string {
    return verb === "get" ? [...this.entries].map((entry) => entry.join(" => ")).join("\n") : this.set(args);
  }

  set(args: readonly string[]): string {
    for (let n = 0; n + 1 < args.length; n += 2) this.entries.set(args[n] ?? "", args[n + 1] ?? "");
    return "";
  }

  get numbers(): readonly number[] {
    return [...this.entries.keys()].map((key) => Number(key.split("/").at(-1)));
  }
}

/** The numbers of the CiliumIdentities that were made. */
const madeIn = (api: ClusterInMemory): readonly number[] =>
  api
    .callsOf("create")
    .flatMap(([, objects]) => (objects as readonly StoredObject[]).map(({ metadata }) => Number(metadata.name)));

/** @param known What an agent says that it knows. @param allowed Of each endpoint. */
function answers(etcd: Etcd, known: () => readonly number[], allowed: () => string, { command }: AskedExec): string {
  if (command[0] === "bash") return etcd.set(command.slice(5));
  if (command[1] === "kvstore") return etcd.answer(command);
  return command[1] === "identity" ? known().join(" ") : allowed();
}

describe("identities that pods will have under another name and id", function () {
  this.timeout("30s");

  it("are made in the cluster's etcd, with the same labels and the other name", async () => {
    const etcd = new Etcd();
    const all = () => etcd.numbers;
    const exec = (asked: AskedExec) => answers(etcd, all, () => all().join(" "), asked);
    const api = new ClusterInMemory([agentDaemonSet, agentPod("a"), agentPod("lost", false)], { exec });
    await makeCounterparts(api, RENAMING, { "identity-allocation-mode": "kvstore", kvstore: "etcd" });
    assert.deepEqual(etcd.numbers, [300, 301, BASE + 300, BASE + 301]);
    assert.equal(etcd.entries.get(numberKey(BASE + 300)), `k8s:app=app300;${CLUSTER}=west;`);
    const asked = api.callsOf("exec").map(([{ pod }]) => pod);
    assert.ok(!asked.includes("lost"));
  });

  it("are made as CiliumIdentities, once, and none of another's number", async () => {
    const other = ciliumIdentity({ number: BASE + 300, labels: { "k8s:app": "x", [CLUSTER]: "west" } }) as StoredObject;
    const objects = [...OLD.map((each) => ciliumIdentity(each) as StoredObject), other];
    const known = (): readonly number[] => [300, 301, BASE + 300, ...madeIn(api)];
    const api: ClusterInMemory = new ClusterInMemory([agentDaemonSet, agentPod("a"), ...objects], {
      exec: (asked) => answers(new Etcd(), known, () => known().join(" "), asked),
    });
    await makeCounterparts(api, RENAMING, {});
    assert.deepEqual(madeIn(api), [BASE, BASE + 301]);
    await makeCounterparts(api, RENAMING, {});
    assert.equal(api.callsOf("create").length, 1);
  });

  it("are waited for: an agent that does not know them is named, and nothing goes on", async () => {
    const etcd = new Etcd();
    let asks = 0;
    const known = () => (asks++ < 2 ? [300, 301] : etcd.numbers);
    const exec = (asked: AskedExec) => answers(etcd, known, () => "", asked);
    await makeCounterparts(new ClusterInMemory([agentDaemonSet, agentPod("a")], { exec }), RENAMING, {
      kvstore: "etcd",
    });
    assert.ok(asks > 2);
  });

  it("are made while agents roll, too: of pods that come, and those that were removed because no pod had them yet", async () => {
    const etcd = new Etcd();
    const config = { kvstore: "etcd" };
    let refused = 0;
    const exec = (asked: AskedExec) => {
      if (refused > 0) {
        refused--;
        return { code: 1, stdout: "", stderr: "no answer" };
      }
      return answers(
        etcd,
        () => etcd.numbers,
        () => "",
        asked,
      );
    };
    const api = new ClusterInMemory([agentDaemonSet, agentPod("a")], { exec });
    await makeCounterparts(api, RENAMING, config);
    const result = await keepCounterparts(
      api,
      RENAMING,
      config,
      async () => {
        etcd.entries.delete(numberKey(BASE + 300));
        etcd.entries.set(numberKey(302), `k8s:app=app302;${CLUSTER}=default;`);
        refused = 1;
        await waitUntil("both are there", 10, () =>
          Promise.resolve([300, 302].every((number) => etcd.numbers.includes(BASE + number))),
        );
        return "rolled";
      },
      5,
    );
    assert.equal(result, "rolled");
    const asked = api.callsOf("exec").length;
    await assert.rejects(
      keepCounterparts(api, RENAMING, config, () => Promise.reject(new Error("stands still"))),
      /stands still/,
    );
    assert.equal(api.callsOf("exec").length, asked);
  });

  it("are named once where they cannot be made, or read, however long agents roll: a command has room for few warnings", async () => {
    const config = { kvstore: "etcd" };
    const etcd = new Etcd();
    etcd.entries.set(numberKey(303), "k8s:app=no end");
    let asks = 0;
    const exec = (asked: AskedExec) => {
      asks++;
      return asks < 5 ? { code: 1, stdout: "", stderr: "no answer" } : answers(etcd, () => [], String, asked);
    };
    const api = new ClusterInMemory([agentDaemonSet, agentPod("a")], { exec });
    const { lines } = await saidWhile(() =>
      keepCounterparts(api, RENAMING, config, () => waitUntil("many rounds", 10, () => asks > 20), 1),
    );
    assert.equal(lines.filter((line) => line.includes("identities of new pods are not made")).length, 1);
    assert.equal(lines.filter((line) => line.includes("1 identities cannot be read")).length, 1);
  });

  it("are none where there are no agents, and nothing is written", async () => {
    const api = new ClusterInMemory([]);
    await makeCounterparts(api, RENAMING, { kvstore: "etcd" });
    assert.equal(api.callsOf("exec").length, 0);
  });

  it("cannot be made in an etcd that no agent reaches", async () => {
    const api = new ClusterInMemory([agentDaemonSet, agentPod("a", false)]);
    await assert.rejects(makeCounterparts(api, RENAMING, { kvstore: "etcd" }), /no agent is ready/);
    const failing = new ClusterInMemory([agentDaemonSet, agentPod("a")]);
    failing.fail(({ do: what }) => what === "exec", new KubectlError("forbidden"));
    await assert.rejects(makeCounterparts(failing, RENAMING, { kvstore: "etcd" }), /forbidden/);
  });
});
