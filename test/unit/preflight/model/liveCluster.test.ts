import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { listOf } from "../../../../components/kubernetes/model/items";
import { parseList } from "../../../../components/kubernetes/model/liveObject";
import { dataOwners } from "../../../../components/kubernetes/model/managedFields";
import { FIELD_MANAGER, OWNER_ANNOTATION } from "../../../../components/kubernetes/model/ownership";
import {
  parseLiveCluster,
  parseExistingObjects,
  type ExistingObject,
} from "../../../../components/preflight/model/liveCluster";
import { liveCluster, managers, recorded, type LiveObject } from "../../support/preflight/live";

function occupied(object: LiveObject): ExistingObject {
  const [read] = parseExistingObjects(JSON.stringify({ items: [object] }));
  assert.ok(read);
  return read;
}

describe("model: parseLiveCluster", () => {
  const live = liveCluster();

  it("reads the identity of a cluster, its settings and who owns them", () => {
    assert.equal(live.uid, "b7c9f7a0-52a1-4be4-8f6a-0d6a7fb4c101");
    assert.equal(live.config?.data["cluster-name"], "default");
    assert.equal(live.config.helmRelease, "cilium");
    assert.deepEqual(dataOwners(live.config.managedFields, "cluster-id"), ["helm"]);
    assert.equal(live.hasOperator, true);
  });

  it("reads which Secrets the agents see as a whole in the folder of peer files", () => {
    assert.deepEqual(live.agent?.clustermeshSecrets, ["cilium-clustermesh"]);
  });

  it("says what is missing", () => {
    const bare = liveCluster({ without: ["configmap", "daemonset", "deployment", "namespace"] });
    const nothing = {
      hasOperator: false,
      rollouts: {},
      existingObjects: [],
      apiServerEtcd: [],
      apiServerOverrides: [],
    };
    assert.deepEqual(bare, { kind: "reachable", uid: "", ...nothing });
  });

  it("reads what rolls agents and operator, and what tells one change of them from the next", () => {
    assert.deepEqual(live.rollouts, {
      "daemonset/cilium": { annotation: "", generation: 1 },
      "deployment/cilium-operator": { annotation: "", generation: 1 },
    });
  });

  it("reads objects as kubectl prints them: none, one, several", () => {
    const namespace = recorded("namespace");
    const count = (text: string) => parseList(listOf(text)).length;
    assert.deepEqual([count("\n"), count(JSON.stringify(namespace))], [0, 1]);
    assert.equal(count(JSON.stringify({ kind: "List", metadata: {}, items: [namespace, namespace] })), 2);
    assert.throws(() => parseList(listOf("{}")));
  });

  it("looks for the names that it is given", () => {
    const names = { ...DEFAULT_SETTINGS.cilium, configMap: "other", daemonSet: "other", operator: "other" };
    const items = JSON.stringify({ items: [recorded("configmap"), recorded("daemonset"), recorded("deployment")] });
    const none = '{"items":[]}';
    const { config, agent, hasOperator } = parseLiveCluster(names, items, none, none);
    assert.deepEqual([config, agent, hasOperator], [undefined, undefined, false]);
  });

  it("refuses what is no list of objects", () => {
    for (const text of ["", "{}", '{"items":[{}]}', "error: no cluster"]) {
      assert.throws(() => parseList(text), Error, text);
    }
  });
});

describe("model: the agents' view of Secrets", () => {
  const mount = (mountPath: string, volume: object, over: object = {}, container = "cilium-agent") =>
    liveCluster({
      daemonSet: {
        ...recorded("daemonset"),
        spec: {
          template: {
            spec: {
              containers: [
                { name: "sidecar", volumeMounts: [] },
                { name: "cilium-agent", volumeMounts: [] },
                { name: container, volumeMounts: [{ name: "v", mountPath, ...over }] },
              ].filter(({ name, volumeMounts }) => name !== container || volumeMounts.length > 0),
              volumes: [
                { name: "v", ...volume },
                { name: "w", secret: { secretName: "elsewhere" } },
              ],
            },
          },
        },
      },
    }).agent;
  const secrets = (...args: Parameters<typeof mount>) => mount(...args)?.clustermeshSecrets;

  it("may be a volume of the Secret itself, and a final slash does not matter", () => {
    assert.deepEqual(secrets("/var/lib/cilium/clustermesh/", { secret: { secretName: "peers" } }), ["peers"]);
  });

  it("is nothing for a volume elsewhere, or of something else", () => {
    assert.deepEqual(secrets("/var/lib/cilium", { secret: { secretName: "peers" } }), []);
    assert.deepEqual(secrets("/var/lib/cilium/clustermesh", { hostPath: { path: "/x" } }), []);
  });

  it("is nothing of what another container has", () => {
    assert.deepEqual(secrets("/var/lib/cilium/clustermesh", { secret: { secretName: "peers" } }, {}, "sidecar"), []);
  });

  it("is nothing of a volume of which a part is mounted: that part stays what it was", () => {
    for (const part of [{ subPath: "peers" }, { subPathExpr: "$(NODE)" }]) {
      const agent = mount("/var/lib/cilium/clustermesh", { secret: { secretName: "peers" } }, part);
      assert.deepEqual([agent?.clustermeshSecrets, agent?.subPathSecrets], [[], ["peers"]]);
    }
    const whole = mount("/var/lib/cilium/clustermesh", { secret: { secretName: "peers" } }, { subPath: "" });
    assert.deepEqual(whole?.clustermeshSecrets, ["peers"]);
  });

  it("is nothing of a Secret of which only some keys are projected", () => {
    const items = [{ key: "tls.key", path: "common-etcd-client.key" }];
    const projected = { sources: [{ secret: { name: "peers", items } }, { serviceAccountToken: { path: "t" } }] };
    assert.deepEqual(secrets("/var/lib/cilium/clustermesh", { projected }), []);
  });

  it("is nothing in a pod template without volumes", () => {
    const bare = {
      ...recorded("daemonset"),
      spec: { template: { spec: { containers: [{ name: "a" }], volumes: null } } },
    };
    assert.deepEqual(liveCluster({ daemonSet: bare }).agent, { clustermeshSecrets: [], count: 2 });
  });
});

describe("model: the API server's etcd", () => {
  const withFlags = (over: object, status: object = { hostIP: "10.1.1.10" }) => {
    const pod = recorded("apiserver-pod");
    return liveCluster({ apiServers: [{ ...pod, spec: { containers: [over] }, status }] }).apiServerEtcd;
  };

  it("of kubeadm is on the pod's host, for a loopback address means nothing to a peer", () => {
    const { apiServerEtcd } = liveCluster({ apiServers: [recorded("apiserver-pod")] });
    assert.deepEqual(apiServerEtcd, ["https://10.1.1.10:2379"]);
  });

  it("is read from command and arguments, however the flag is written", () => {
    const urls = "https://10.1.1.2:2379,https://10.1.1.3:2379";
    const both = ["https://10.1.1.2:2379", "https://10.1.1.3:2379"];
    assert.deepEqual(withFlags({ command: ["kube-apiserver"], args: [`--etcd-servers=${urls}`] }), both);
    assert.deepEqual(withFlags({ args: ["--etcd-servers", urls] }), both);
    assert.deepEqual(withFlags({ command: ["sh", "-c", `exec kube-apiserver --etcd-servers=${urls} --v=2`] }), both);
  });

  it("is not read from other flags", () => {
    const flags = ["--etcd-servers-overrides=/events#https://10.1.1.4:2379", "--etcd-servers="];
    assert.deepEqual(withFlags({ command: flags }), []);
    assert.deepEqual(withFlags({}), []);
  });

  it("on IPv6 loopback and localhost is on the pod's host too, and stays where no host is known", () => {
    const flags = { command: ["--etcd-servers=https://[::1]:2379,https://localhost:2379,https://127.0.0.2:2379"] };
    assert.deepEqual(withFlags(flags, { hostIP: "fd00::10" }), Array(3).fill("https://[fd00::10]:2379"));
    assert.deepEqual(withFlags({ command: ["--etcd-servers=https://127.0.0.1:2379"] }, {}), ["https://127.0.0.1:2379"]);
  });
});

describe("model: objects under claimed names", () => {
  const secret = recorded("helm-secret");

  it("say who made them", () => {
    const { maker, owner, keys, kind, name, namespace } = occupied(secret);
    assert.deepEqual([kind, namespace, name], ["Secret", "kube-system", "cilium-clustermesh"]);
    assert.deepEqual([maker, owner], ['Helm release "cilium"', undefined]);
    assert.deepEqual(keys, ["west", "west.etcd-client-ca.crt"]);
  });

  it("say which manager made them where it was not Helm", () => {
    const metadata = { name: "x", uid: "u", managedFields: [{ manager: "kubectl-create" }] };
    assert.equal(occupied({ kind: "Secret", metadata }).maker, 'field manager "kubectl-create"');
    assert.equal(occupied({ kind: "Secret", metadata: { name: "x", uid: "u" } }).maker, "an unknown manager");
  });

  it("say whose they are, and show keys of Secrets only", () => {
    const metadata = { name: "x", uid: "u", annotations: { [OWNER_ANNOTATION]: "p/s" } };
    const read = occupied({ kind: "ConfigMap", metadata, data: { a: "b" } });
    assert.deepEqual([read.owner, read.keys, read.namespace], ["p/s", [], undefined]);
  });

  it("count no keys that this project has put there", () => {
    const managedFields = managers({ helm: ["west"], [FIELD_MANAGER]: ["cluster1"] });
    const adopted = { ...secret, data: { west: "", cluster1: "" }, metadata: { ...secret.metadata, managedFields } };
    assert.deepEqual(occupied(adopted).keys, ["west"]);
  });
});
