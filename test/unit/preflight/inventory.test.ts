import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import type { ExecResult } from "../../../components/kubernetes/clusterApi";
import { KubectlReads } from "../../../components/kubernetes/kubectlReads";
import { readFurther, readInventory } from "../../../components/preflight/inventory";
import { liveCluster, type LiveOptions } from "../support/preflight/live";

type Answer = Partial<ExecResult>;

/** A kubectl that answers so, one after the other, and the arguments that it was given. */
function answering(...answers: readonly Answer[]) {
  const calls: (readonly string[])[] = [];
  const api = new KubectlReads("kubectl --context memory", async (args, judge) => {
    const answer = answers[calls.length] ?? { code: 1, stderr: "not asked for" };
    calls.push(args);
    return Promise.resolve(judge({ code: 0, stdout: "", stderr: "", startMs: 1, answerMs: 1, ...answer }));
  });
  return { api, calls };
}

const fields = (...some: readonly string[]) => `${[...some, ...Array<string>(12 - some.length).fill("")].join("\t")}\n`;
const NODE = fields("CiliumNode", "n1", "", "", "", '[{"type":"InternalIP","ip":"10.1.1.7"}]', '["10.60.0.0/24"]');
const POD = fields(
  "Pod",
  "kube-apiserver-n1",
  '\r["--etcd-servers=https://127.0.0.1:2379","--service-cluster-ip-range=10.96.0.0/16"]\r',
  "10.1.1.9",
  "n1",
);
const SERVICES = fields("ServiceCIDR", "kubernetes", "", "", "", "", "", "", "", '["10.97.0.0/16"]');
const NO_SERVICES = { code: 1, stderr: `error: the server doesn't have a resource type "servicecidrs"` };

describe("components: addresses and ranges of a cluster are read", () => {
  it("in one question, whatever the labels of an API server's pods", async () => {
    const { api, calls } = answering({ stdout: POD + NODE + SERVICES });
    const { pods, network } = await readInventory(api);
    assert.deepEqual(pods[0]?.hosts, ["10.1.1.9", "10.1.1.7"]);
    assert.deepEqual(network.nodes?.[0]?.podCIDRs, ["10.60.0.0/24"]);
    assert.deepEqual([network.serviceCIDRs, network.unread], [["10.97.0.0/16", "10.96.0.0/16"], {}]);
    assert.equal(calls.length, 1);
    assert.equal(
      calls[0]?.[1],
      "pods,ciliumnodes.cilium.io,servicecidrs.networking.k8s.io,ciliumnodeconfigs.cilium.io",
    );
    assert.ok(!calls[0].some((arg) => arg.includes("kube-apiserver")));
  });

  it("with what a kube-controller-manager gives nodes ranges of, where it does", async () => {
    const manager = (flags: readonly string[]) =>
      fields("Pod", "kube-controller-manager-n1", `\r${JSON.stringify(flags)}\r`);
    const read = async (...flags: readonly string[]) => {
      const { api } = answering({ stdout: manager(flags) + NODE });
      return (await readInventory(api)).network.clusterCIDRs;
    };
    const cidrs = "--cluster-cidr=10.60.0.0/16,fd00::/56";
    assert.deepEqual(await read("--allocate-node-cidrs=true", cidrs), ["10.60.0.0/16", "fd00::/56"]);
    assert.deepEqual([await read(cidrs), await read("--allocate-node-cidrs=false", cidrs)], [undefined, undefined]);
  });

  it("without a kind that the cluster does not have, which is named", async () => {
    const { api, calls } = answering(NO_SERVICES, { stdout: POD + NODE });
    const { network } = await readInventory(api);
    assert.deepEqual(network.unread, { "servicecidrs.networking.k8s.io": "this cluster has no such kind" });
    assert.deepEqual(network.serviceCIDRs, ["10.96.0.0/16"]);
    assert.equal(calls[1]?.[1], "pods,ciliumnodes.cilium.io,ciliumnodeconfigs.cilium.io");
  });

  it("without nodes where Cilium has never run", async () => {
    const none = { code: 1, stderr: `error: the server doesn't have a resource type "ciliumnodes"` };
    const { api, calls } = answering(none, NO_SERVICES, { stdout: "" });
    const { network } = await readInventory(api);
    assert.deepEqual([network.nodes, Object.keys(network.unread).length, calls.length], [undefined, 2, 3]);
  });

  it("without what the user may not see, which is named, too", async () => {
    const stderr = 'Error from server (Forbidden): ciliumnodes.cilium.io is forbidden: User "u" cannot list resource\n';
    const { network, pods } = await readInventory(answering({ code: 1, stdout: POD, stderr }).api);
    assert.deepEqual(network.unread, { "ciliumnodes.cilium.io": "reading it is forbidden" });
    assert.deepEqual([network.nodes, pods.length], [undefined, 1]);
  });

  it("with the settings of single nodes, in the namespace of Cilium", async () => {
    const CONFIG = `CiliumNodeConfig\tc${"\t".repeat(9)}{"cluster-id":"7"}\t{"matchLabels":{"a":"b"}}\n`;
    const near = await readInventory(answering({ stdout: POD + CONFIG }).api);
    const read = [{ name: "c", selector: '{"matchLabels":{"a":"b"}}', defaults: { "cluster-id": "7" } }];
    assert.deepEqual(near.network.nodeConfigs, read);
    const { api, calls } = answering({ stdout: POD + NODE }, { stdout: CONFIG });
    const far = await readInventory(api, "cilium");
    assert.deepEqual([far.network.nodeConfigs, far.pods.length, far.network.nodes?.length], [read, 1, 1]);
    assert.deepEqual(calls[1]?.slice(0, 3), ["get", "ciliumnodeconfigs.cilium.io", "-n"]);
  });

  it("without them where there is no such kind, or it may not be seen: that is told apart", async () => {
    const kind = "ciliumnodeconfigs.cilium.io";
    const absent = { code: 1, stderr: `error: the server doesn't have a resource type "ciliumnodeconfigs"` };
    const stderr = `Error from server (Forbidden): ${kind} is forbidden: User "u" cannot list resource\n`;
    const forbidden = { code: 1, stdout: POD, stderr };
    const unread = async (namespace: string, ...answers: readonly Answer[]) => {
      const { network } = await readInventory(answering(...answers).api, namespace);
      return [network.nodeConfigs, network.unread[kind]];
    };
    const none = [undefined, "this cluster has no such kind"];
    assert.deepEqual(await unread("kube-system", absent, { stdout: POD }), none);
    assert.deepEqual(await unread("cilium", { stdout: POD }, absent), none);
    assert.deepEqual(await unread("kube-system", forbidden), [undefined, "reading it is forbidden"]);
    assert.deepEqual(await unread("cilium", { stdout: POD }, forbidden), [undefined, "reading it is forbidden"]);
  });

  it("or not at all where the cluster does not answer", async () => {
    for (const stderr of ["Unable to connect to the server: EOF", "error: You must be logged in to the server"]) {
      await assert.rejects(readInventory(answering({ code: 1, stderr }).api), {
        name: "KubectlError",
        message: stderr,
      });
    }
  });
});

describe("components: what only some clusters have is read", () => {
  const further = (config: NonNullable<LiveOptions["config"]>, ...answers: readonly Answer[]) => {
    const { api, calls } = answering(...answers);
    const live = liveCluster({ config, network: {} });
    return readFurther(api, DEFAULT_SETTINGS.cilium, live).then((read) => ({ ...read, calls }));
  };
  const object = (kind: string, name: string, data: object) => ({ kind, metadata: { name, uid: "u" }, data });
  const KEY = "rfc4106(gcm(aes)) 0123456789abcdef 128";
  const secret = object("Secret", "cilium-ipsec-keys", { keys: Buffer.from(`3+ ${KEY}\n`).toString("base64") });

  it("nowhere else", async () => {
    assert.deepEqual((await further({})).calls, []);
  });

  it("an IPsec key: its number and a digest, and not the key", async () => {
    for (const on of ["True", "1", "t"]) {
      assert.equal((await further({ "enable-ipsec": on }, { stdout: JSON.stringify(secret) })).ipsecKey?.id, "3", on);
    }
    const read = await further({ "enable-ipsec": "true" }, { stdout: JSON.stringify(secret) });
    assert.equal(read.ipsecKey?.id, "3");
    assert.doesNotMatch(JSON.stringify(read), /0123456789abcdef/);
    assert.deepEqual(read.unread, {});
  });

  it("or is said not to have been", async () => {
    const stderr = 'Error from server (Forbidden): secrets "cilium-ipsec-keys" is forbidden';
    const config = { "enable-ipsec": "true", ipam: "multi-pool" };
    const read = await further(config, { code: 1, stderr }, { code: 1, stderr: "error: no such kind" });
    assert.deepEqual(read.unread, {
      "secret/cilium-ipsec-keys": stderr,
      "ciliumpodippools.cilium.io": "error: no such kind",
    });
    assert.deepEqual([read.ipsecKey, read.podPools], [undefined, undefined]);
    const none = await further({ "enable-ipsec": "true" }, { stdout: "" });
    assert.deepEqual(none.unread, { "secret/cilium-ipsec-keys": "has no readable key" });
  });

  it("the ranges of pools and of the ip-masq-agent", async () => {
    const stdout = JSON.stringify(
      object("ConfigMap", "ip-masq-agent", { config: "nonMasqueradeCIDRs: [10.7.0.0/16]" }),
    );
    const config = { "enable-ip-masq-agent": "T", ipam: "multi-pool" };
    const read = await further(config, { stdout }, { stdout: '["10.60.0.0/16"] ["10.61.0.0/16"] ["fd00::/48"]' });
    assert.deepEqual(read.nonMasqueradeCIDRs, ["10.7.0.0/16"]);
    assert.deepEqual(read.podPools, ["10.60.0.0/16", "10.61.0.0/16", "fd00::/48"]);
  });
});
