import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { keepingNodes, removeFormerNodes } from "../../../components/identity/formerNodes";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import type { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import type { Call } from "../../support/kubernetes/stateInMemory";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { EtcdInMemory } from "../support/cilium/etcdInMemory";
import { saidWhile, timePasses } from "../support/cilium/rollingCluster";

const NODES = "cilium/state/nodes/v1";
const RENAMING = { cluster: "west", cilium: DEFAULT_SETTINGS.cilium, from: "default", to: "west" };
const JOINED = { ...RENAMING, fromId: 0 };
const CONFIG = { kvstore: "etcd", "kvstore-lease-ttl": "30s" };

const isSet = (call: Call): boolean => call.do === "exec" && call.args[1][0] === "bash";
/** The keys that were set, by round. */
const setIn = (cluster: ClusterInMemory): readonly (readonly string[])[] =>
  cluster.calls.flatMap((call) =>
    call.do === "exec" && isSet(call) ? [call.args[1].slice(4).filter((_, n) => n % 2 === 0)] : [],
  );

/** Two nodes, of which the first has rolled; what is done meanwhile takes some seconds. */
async function rolling(
  seconds: number,
  meanwhile: (etcd: EtcdInMemory, cluster: ClusterInMemory) => void,
  config = CONFIG,
) {
  const etcd = new EtcdInMemory(
    `${NODES}/default/n1 => {"n":1}\n${NODES}/default/n2 => {"n":2}\n${NODES}/west/n1 => {}\n`,
  );
  const cluster = ciliumCluster("west", { config, kvstore: etcd });
  const { result, lines } = await saidWhile(() =>
    timePasses(() => {
      meanwhile(etcd, cluster);
      return keepingNodes(cluster, RENAMING, async () => {
        await delay(seconds * 1000);
        return "rolled";
      });
    }),
  );
  assert.equal(result, "rolled");
  return { etcd, cluster, lines };
}

describe("nodes under the name that a cluster's agents have had", function () {
  this.timeout("20s");

  it("get no lease while agents roll, each once, when its own agent has rolled", async () => {
    const { cluster, etcd } = await rolling(25, (keys) => {
      void delay(15_000).then(() => keys.keys.set(`${NODES}/west/n2`, "{}"));
    });
    assert.deepEqual(setIn(cluster), [[`${NODES}/default/n1`], [`${NODES}/default/n2`]]);
    assert.deepEqual(etcd.keys.get(`${NODES}/default/n1`), '{"n":1}');
  });

  it("are left alone in a roll-out that is shorter than a fifth of their lease", async () => {
    assert.deepEqual(setIn((await rolling(5, () => undefined)).cluster), []);
    assert.deepEqual(setIn((await rolling(170, () => undefined, { ...CONFIG, "kvstore-lease-ttl": "" })).cluster), []);
  });

  it("are not looked for where agents keep nothing in etcd, or the name stays", async () => {
    const { cluster } = await rolling(60, () => undefined, { ...CONFIG, kvstore: "" });
    assert.deepEqual(cluster.callsOf("exec"), []);
    const same = ciliumCluster("west", { config: CONFIG });
    await timePasses(() => keepingNodes(same, { ...RENAMING, from: "west" }, () => delay(60_000)));
    assert.deepEqual(same.callsOf("exec"), []);
  });

  it("are kept in the next round where one fails, which comes soon; and it is said once", async () => {
    const { cluster, lines, etcd } = await rolling(9, (_, api) => {
      api.fail(isSet, new KubectlError("the agent is going"), 2);
    });
    assert.equal(setIn(cluster).length, 3);
    assert.equal(etcd.keys.get(`${NODES}/default/n1`), '{"n":1}');
    assert.equal(
      lines.filter((line) => /could not be kept in its etcd yet \(the agent is going\)/.test(line)).length,
      1,
    );
  });

  it("do not keep a roll-out from failing", async () => {
    const cluster = ciliumCluster("west", { config: CONFIG });
    await assert.rejects(
      timePasses(() => keepingNodes(cluster, RENAMING, () => Promise.reject(new Error("stands still")))),
      /stands still/,
    );
  });

  it("go once all agents have the other name, and not before; where that fails, it is said and nothing stops", async () => {
    const etcd = new EtcdInMemory(`${NODES}/default/n1 => {}\n${NODES}/west/n1 => {}\n`);
    await removeFormerNodes(ciliumCluster("west", { config: CONFIG, kvstore: etcd }), JOINED);
    assert.deepEqual([...etcd.keys.keys()], [`${NODES}/west/n1`]);
    const late = new EtcdInMemory(`${NODES}/default/n1 => {}\n${NODES}/default/n2 => {}\n${NODES}/west/n1 => {}\n`);
    const behind = await saidWhile(() =>
      timePasses(() =>
        removeFormerNodes(ciliumCluster("west", { config: CONFIG, kvstore: late, agents: { n1: {}, n2: {} } }), JOINED),
      ),
    );
    assert.match(behind.lines.join("\n"), /nodes \(.*\) stay in its etcd \(1 are not there under its name\)/);
    assert.deepEqual(late.deleted, []);
    const gone = ciliumCluster("west", { config: CONFIG, kvstore: "gone" });
    const { lines } = await saidWhile(() => removeFormerNodes(gone, JOINED));
    assert.match(
      lines.join("\n"),
      /nodes \(cilium\/state\/nodes\/v1\/default\/\) stay in its etcd \(.*Unable to connect/,
    );
    const same = ciliumCluster("west", { config: CONFIG, kvstore: etcd });
    await removeFormerNodes(same, { ...JOINED, from: "west" });
    assert.deepEqual(same.callsOf("exec"), []);
  });

  const keysAfter = async (nodes: readonly string[], keys: readonly string[], over: object = {}) => {
    const etcd = new EtcdInMemory(keys.map((key) => `${NODES}/${key}\n`).join(""));
    const agents = Object.fromEntries(nodes.map((node) => [node, {}]));
    const cluster = ciliumCluster("west", { config: CONFIG, kvstore: etcd, agents });
    const { lines } = await saidWhile(() => timePasses(() => removeFormerNodes(cluster, { ...JOINED, ...over })));
    return { lines: lines.join("\n"), cluster, etcd, left: Object.fromEntries(etcd.keys) };
  };

  it("go where one of them has been removed meanwhile: it has no agent", async () => {
    const { left } = await keysAfter(["n1"], ["default/n1 => {}", "default/gone => {}", "west/n1 => {}"]);
    assert.deepEqual(left, { [`${NODES}/west/n1`]: "{}" });
  });

  it("stay where a node is hidden under the other name: that is from a time when the cluster had it before", async () => {
    for (const value of ["left", "left late"]) {
      const { etcd, lines } = await keysAfter(["n1"], ["default/n1 => {}", `west/n1 => ${value}`]);
      assert.deepEqual(etcd.deleted, []);
      assert.match(lines, /stay in its etcd \(1 are not there under its name\)/);
    }
  });

  it("stay without lease while one agent may know them, so that none of them ends for it", async () => {
    const { cluster, left } = await keysAfter(["n1", "n2"], ["default/n1 => {}", "default/n2 => {}", "west/n1 => {}"]);
    assert.deepEqual(setIn(cluster), [[`${NODES}/default/n1`]]);
    assert.equal(left[`${NODES}/default/n2`], "{}");
  });

  it("are hidden, and none ends, where they are of another id: agents of the new name know them", async () => {
    const { etcd, left } = await keysAfter(["n1"], ["default/n1 => {}", "west/n1 => {}"], { fromId: 7 });
    assert.deepEqual(etcd.deleted, []);
    assert.deepEqual(left, { [`${NODES}/default/n1`]: "left late", [`${NODES}/west/n1`]: "{}" });
  });
});
