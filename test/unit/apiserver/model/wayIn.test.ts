import assert from "node:assert/strict";
import type { ApiserverService } from "../../../../components/apiserver/model/liveApiserver";
import type { Entrances, NodeState, ReachedNode } from "../../../../components/apiserver/model/entryNodes";
import { isCertified, wayIn } from "../../../../components/apiserver/model/wayIn";

const NAMES = ["clustermesh-apiserver.kube-system.svc", "*.mesh.cilium.io"];

function service(type: string, over: Partial<ApiserverService> = {}): ApiserverService {
  return { type, port: 2379, ingress: { addresses: [], hostnames: [] }, ...over };
}
const ingress = (addresses: readonly string[], hostnames: readonly string[] = []) => ({
  ingress: { addresses, hostnames },
});
const nodePort = { nodePort: 32379 };
const host = "cluster1.mesh.cilium.io";

function aliases(nodes: readonly ReachedNode[]): readonly string[] | undefined {
  const way = wayIn("cluster1", service("NodePort", nodePort), { nodes }, NAMES);
  return way.kind === "found" ? way.hostAliases[host] : undefined;
}
function why(of: ApiserverService, nodes: readonly ReachedNode[] = [], names = NAMES) {
  const way = wayIn("cluster1", of, { nodes }, names);
  return way.kind === "none" ? `${way.reason}; ${way.fix}` : "found";
}

describe("model: how peers reach a clustermesh-apiserver", () => {
  it("by the addresses of a load balancer, under the name that the certificate has", () => {
    const balanced = service("LoadBalancer", {
      ...nodePort,
      ...ingress(["203.0.113.7", "2001:db8:0::7"], ["lb.example.com"]),
    });
    assert.deepEqual(wayIn("cluster1", balanced, { nodes: [] }, NAMES), {
      kind: "found",
      endpoints: [`https://${host}:2379`],
      hostAliases: { [host]: ["203.0.113.7", "2001:db8::7"] },
    });
  });

  it("by the name of a load balancer only where the certificate has it", () => {
    const named = service("LoadBalancer", ingress([], ["lb.example.com"]));
    const reason = "is reached by the name lb.example.com, which its server certificate does not have";
    assert.match(why(named), new RegExp(`^${reason}; add it to the certificate .*extraDnsNames.*apiserver.endpoints`));
    assert.deepEqual(wayIn("cluster1", named, { nodes: [] }, [...NAMES, "lb.example.com"]), {
      kind: "found",
      endpoints: ["https://lb.example.com:2379"],
      hostAliases: {},
    });
  });

  it("not by a load balancer that has no address yet, nor inside its cluster, nor without a port or a node", () => {
    const written = `write apiserver.endpoints \\[https://${host}:`;
    assert.match(why(service("LoadBalancer")), new RegExp(`^is a LoadBalancer without an address; .*${written}2379`));
    assert.match(why(service("ClusterIP")), new RegExp(`^is of type ClusterIP, .*${written}<port>`));
    assert.match(why(service("NodePort")), /^is of type NodePort and has no such port/);
    assert.match(why(service("NodePort", nodePort)), new RegExp(`no address of a node is known; ${written}32379`));
  });

  it("by a node's port and the addresses of three nodes at most, by name, whatever their order", () => {
    const nodes = ["d", "b", "a", "c"].map((name, index) => ({ name, addresses: [`10.1.1.${String(index + 1)}`] }));
    assert.deepEqual(wayIn("cluster1", service("NodePort", nodePort), { nodes }, NAMES), {
      kind: "found",
      endpoints: [`https://${host}:32379`],
      hostAliases: { [host]: ["10.1.1.3", "10.1.1.2", "10.1.1.4"] },
    });
    assert.deepEqual(aliases(nodes.toReversed()), aliases(nodes));
  });

  const GOOD: NodeState = { ready: true, leaving: false, cordoned: false, excluded: false };
  const node = (name: string): ReachedNode => ({ name, addresses: [`10.1.1.${name.slice(1)}`] });
  const five = [1, 2, 3, 4, 5].map((n) => node(`n${String(n)}`));
  const states = (over: Readonly<Record<string, Partial<NodeState>>> = {}) =>
    new Map(five.map(({ name }) => [name, { ...GOOD, ...over[name] }]));
  /** The last numbers of the addresses that are chosen, or why none is. */
  const chosen = (over: Partial<Entrances> = {}, of: Partial<ApiserverService> = {}) => {
    const way = wayIn("cluster1", service("NodePort", { ...nodePort, ...of }), { nodes: five, ...over }, NAMES);
    return way.kind === "none"
      ? `${way.reason}; ${way.fix}`
      : (way.hostAliases[host] ?? []).map((address) => address.slice("10.1.1.".length)).join(" ");
  };

  it("by nodes that are ready and stay, and of these by those for load balancers, on which something new may run", () => {
    assert.equal(chosen(), "1 2 3");
    assert.equal(chosen({ states: states({ n1: { ready: false }, n3: { leaving: true } }) }), "2 4 5");
    assert.equal(chosen({ states: states({ n1: { excluded: true }, n2: { cordoned: true } }) }), "3 4 5");
    const few = states({ n1: { excluded: true }, n2: { cordoned: true }, n3: { ready: false }, n4: { ready: false } });
    assert.equal(chosen({ states: few }), "1 2 5");
  });

  it("by no node that Kubernetes does not know any more", () => {
    assert.equal(chosen({ states: new Map([["n4", GOOD]]) }), "4");
  });

  it("by the nodes of the last time as long as these are good, whatever has come since", () => {
    const last = ["10.1.1.5", "10.1.1.4", "10.1.1.2"];
    assert.equal(chosen({ last }), "2 4 5");
    assert.equal(chosen({ last, states: states({ n2: { excluded: true }, n4: { cordoned: true } }) }), "2 4 5");
    assert.equal(chosen({ last, states: states({ n4: { ready: false } }) }), "1 2 5");
    assert.equal(chosen({ last: ["10.9.9.9", "rubbish"] }), "1 2 3");
  });

  it("by each address once, though several nodes are said to have it", () => {
    const twin = { name: "n0", addresses: ["10.1.1.1"] };
    assert.equal(chosen({ nodes: [twin, ...five] }), "1 2 3");
    assert.equal(chosen({ nodes: [twin, ...five], last: ["10.1.1.1", "10.1.1.4", "10.1.1.5"] }), "1 4 5");
  });

  it("by the same address of a node as the last time, in whatever order it has them", () => {
    const nodes = [{ name: "n1", addresses: ["10.1.1.1", "fd00::1", "10.1.1.9", "fd00::9"] }];
    const way = wayIn("cluster1", service("NodePort", nodePort), { nodes, last: ["10.1.1.9", "fd00::9"] }, NAMES);
    assert.deepEqual(way.kind === "found" && way.hostAliases[host], ["10.1.1.9", "fd00::9"]);
  });

  it("by none where none is ready, and says which there are", () => {
    const all = Object.fromEntries(five.map(({ name }) => [name, { ready: false }]));
    assert.match(chosen({ states: states(all) }), /no node is ready and stays \(n1, n2, n3/);
    assert.match(chosen({ states: states(all) }), /kubectl get nodes/);
  });

  it("by nodes with a pod of it alone, where only these answer", () => {
    const local = { isLocal: true } as const;
    assert.equal(chosen({ serving: new Set(["n4", "n2"]) }, local), "2 4");
    assert.equal(chosen({ serving: new Set(["n4"]), last: ["10.1.1.1"] }, local), "4");
    assert.equal(chosen({ serving: new Set(["n4"]) }), "1 2 3");
    assert.equal(chosen({}, local), "1 2 3");
    for (const serving of [new Set<string>(), new Set(["n1"])]) {
      const why = chosen({ serving, states: states({ n1: { ready: false } }) }, local);
      assert.match(why, /externalTrafficPolicy Local, and no node that is ready has a pod of it/);
    }
  });

  it("by an address of each family, and of other networks where a node has one", () => {
    const inner = { name: "a", addresses: ["10.1.1.1", "fd00::1", "10.1.1.9"] };
    assert.deepEqual(aliases([inner]), ["10.1.1.1", "fd00::1"]);
    const outer = { name: "b", addresses: ["10.1.1.2"], externalIPs: ["203.0.113.2", "2001:db8::2"] };
    assert.deepEqual(aliases([inner, outer]), ["203.0.113.2", "2001:db8::2"]);
  });

  it("by no address that is none, or that leads back to who dials it", () => {
    const nowhere = ["x", "127.0.0.1", "::1", "169.254.169.254", "fe80::1", "0.0.0.0", "::ffff:127.0.0.1"];
    assert.equal(aliases([{ name: "a", addresses: nowhere }]), undefined);
    assert.match(why(service("LoadBalancer", ingress(nowhere))), /without an address/);
    assert.deepEqual(aliases([{ name: "a", addresses: [...nowhere, "::ffff:10.1.1.1"] }]), ["10.1.1.1"]);
  });

  it("a certificate is for its names, and with a star for one more label", () => {
    for (const [name, is] of [
      ["cluster1.mesh.cilium.io", true],
      ["CLUSTER1.mesh.cilium.io", true],
      ["a.b.mesh.cilium.io", false],
      ["mesh.cilium.io", false],
      ["clustermesh-apiserver.kube-system.svc", true],
      ["lb.example.com", false],
    ] as const) {
      assert.equal(isCertified(name, NAMES), is, name);
    }
  });
});
