import assert from "node:assert/strict";
import fc from "fast-check";
import { changesNothing, type MeshChange } from "../../../../components/policyCheck/model/meshChange";
import { policyEffects } from "../../../../components/policyCheck/model/policyEffects";
import { asks, byName, CLUSTER_LABEL as LABEL, podsOf } from "../../support/policyCheck/selectors";

const app = { matchLabels: { app: "x" } };
const reserved = (name: string, key = "reserved:") => ({ matchLabels: { [`${key}${name}`]: "" } });

const EAST = { podCIDRs: ["10.70.0.0/16"], nodeCIDRs: ["10.2.2.0/24"] };
const ranges = { east: EAST };
const DUAL: Partial<MeshChange> = {
  ranges: { east: { podCIDRs: ["10.70.0.0/16", "fd00:70::/48"], nodeCIDRs: ["10.2.2.0/24", "fd00:2::/64"] } },
};

/** What may happen to a cluster: it joins one peer, it leaves it, that peer joins or leaves; selectors mean the local cluster or all. */
const CHANGES = {
  joins: { from: "default", to: "west", peers: [], peersAfter: ["east"], ranges },
  "joins from old": { from: "old", to: "west", peers: [], peersAfter: ["east"], ranges },
  leaves: { from: "west", to: "default", peers: ["east"], ranges },
  "peer joins": { from: "west", to: "west", peers: ["north"], peersAfter: ["north", "east"], ranges },
  "peer leaves": { from: "west", to: "west", peers: ["north", "east"], peersAfter: ["north"], ranges },
} satisfies Readonly<Record<string, MeshChange>>;

type Change = keyof typeof CHANGES;
/** `O`: fails open. `c`: is said. `O+c`: both. */
type Outcome = "" | "O" | "c" | "O+c";
type Row = readonly [
  name: string,
  rule: object,
  outcomes: Partial<Record<Change, Outcome>>,
  over?: Partial<MeshChange>,
];

const EVERY: Partial<MeshChange> = { localByDefault: false };
const allow = (...peers: readonly object[]) => ({ ingress: [{ fromEndpoints: peers }] });
const allowOut = (...peers: readonly object[]) => ({ egress: [{ toEndpoints: peers }] });
const deny = (...peers: readonly object[]) => ({ ingressDeny: [{ fromEndpoints: peers }] });
const denyAll = (...rules: readonly object[]) => ({ ingressDeny: rules });
const PODS_OF_EAST = { fromEndpoints: [podsOf("east")] };
const NODES = { fromEntities: ["remote-node"] };
const denyOut = (...peers: readonly object[]) => ({ egressDeny: [{ toEndpoints: peers }] });
const entity = (...names: readonly string[]) => ({ ingress: [{ fromEntities: names }] });
const entityDeny = (...names: readonly string[]) => ({ ingressDeny: [{ fromEntities: names }] });
const from = (...peers: readonly object[]) => ({ podSelector: {}, ingress: [{ from: peers }] });
const admin = (action: string, peer: object) => ({ subject: {}, ingress: [{ action, from: [peer] }] });

/** A permission to those who become peers, and a denial of them. */
const PEERS_ALLOWED = {
  joins: "O",
  "joins from old": "O",
  leaves: "c",
  "peer joins": "O",
  "peer leaves": "c",
} as const;
/** A permission to those who become peers by their name, or to their nodes by an entity that has them: that is told, and no reason to refuse. */
const PEERS_TOLD = { joins: "c", "joins from old": "c", leaves: "c", "peer joins": "c", "peer leaves": "c" } as const;
const PEERS_DENIED = { joins: "c", "joins from old": "c", leaves: "O", "peer joins": "c", "peer leaves": "O" } as const;
/** A permission to the world, of which they were a part. */
const WORLD_ALLOWED = PEERS_TOLD;
const WORLD_DENIED = { joins: "O", "joins from old": "O", leaves: "c", "peer joins": "O", "peer leaves": "c" } as const;

const TABLE: readonly Row[] = [
  ["a rule for everybody", { ingress: [{}], egress: [{}] }, {}],
  ["a rule for nobody", { ingress: [{ fromEndpoints: [] }], ingressDeny: [] }, {}],
  ["a subject without a name", { endpointSelector: app }, {}],
  ["a subject without a name, every cluster by default", { endpointSelector: {} }, {}, EVERY],
  ["a subject by the old name", { endpointSelector: byName("default") }, { joins: "O", leaves: "c" }],
  [
    "a subject by the new name",
    { endpointSelector: byName("west") },
    { joins: "c", "joins from old": "c", leaves: "O" },
  ],
  ["a subject by both", { endpointSelector: asks("In", "default", "west") }, { "joins from old": "c" }],
  ["a subject by any", { endpointSelector: asks("Exists") }, {}],
  ["a subject by none", { endpointSelector: asks("DoesNotExist") }, {}],
  [
    "a subject by not the new",
    { endpointSelector: asks("NotIn", "west") },
    { joins: "O", "joins from old": "O", leaves: "c" },
  ],
  ["nodes by the old name", { nodeSelector: byName("default") }, { joins: "O", leaves: "c" }],

  ["allow a label", allow(app), {}],
  ["allow a label, out", allowOut(app), {}],
  ["allow a label, every cluster by default", allow(app), PEERS_ALLOWED, EVERY],
  ["allow all, every cluster by default", allowOut({}), PEERS_ALLOWED, EVERY],
  ["allow a label of any cluster", allow({ ...app, ...asks("Exists") }), PEERS_ALLOWED],
  ["allow a label of no cluster", allow({ ...app, ...asks("DoesNotExist") }), {}],
  ["allow all but an unknown cluster", allow(asks("NotIn", "elsewhere")), PEERS_ALLOWED],
  ["allow all but the peer", allow(asks("NotIn", "east")), {}],
  [
    "allow all but the new name",
    allow(asks("NotIn", "west", "east")),
    { joins: "c", "joins from old": "c", leaves: "O" },
  ],
  ["allow the old name", allow(byName("default")), { joins: "c", leaves: "O" }],
  ["allow the new name", allowOut(byName("west")), { joins: "O", "joins from old": "O", leaves: "c" }],
  ["allow the peer", allow(byName("east")), PEERS_TOLD],
  ["allow an unknown cluster", allow(byName("elsewhere")), {}],
  ["allow two, one of which is the peer", allow(asks("In", "north", "east")), PEERS_TOLD],

  ["deny a label", deny(app), {}],
  ["deny a label, every cluster by default", deny(app), PEERS_DENIED, EVERY],
  ["deny a label of any cluster", deny({ ...app, ...asks("Exists") }), PEERS_DENIED],
  ["deny the old name", deny(byName("default")), { joins: "O", leaves: "c" }],
  ["deny the new name, out", denyOut(byName("west")), { joins: "c", "joins from old": "c", leaves: "O" }],
  ["deny all but the old name", deny(asks("NotIn", "default")), PEERS_DENIED],
  [
    "deny all but the own name",
    deny(asks("NotIn", "west")),
    { joins: "O+c", "joins from old": "O+c", leaves: "O+c", "peer joins": "c", "peer leaves": "O" },
  ],
  ["deny the peer", denyOut(byName("east")), PEERS_DENIED],

  ["allow nodes by a reserved label", allow(reserved("remote-node")), PEERS_TOLD],
  ["allow nodes by a reserved label, short", allow(reserved("remote-node", "$")), PEERS_TOLD],
  ["deny the world by a reserved label", deny(reserved("world")), WORLD_DENIED],
  ["allow the host by a reserved label", allow(reserved("host")), {}],
  ["allow nodes", { ingress: [{ fromNodes: [app] }] }, {}],
  ["allow nodes, every cluster by default", { egress: [{ toNodes: [app] }] }, PEERS_ALLOWED, EVERY],
  ["allow nodes of the peer", { ingress: [{ fromNodes: [byName("east")] }] }, PEERS_TOLD],
  ["deny nodes of the old name", { egressDeny: [{ toNodes: [byName("default")] }] }, { joins: "O", leaves: "c" }],

  ["entity all", entity("all"), {}],
  ["entities that are of one node", entity("host", "init", "unmanaged", "none", "kube-apiserver"), {}],
  ["entity cluster: nodes of all clusters", entity("cluster"), PEERS_TOLD],
  ["entity cluster, out", { egress: [{ toEntities: ["cluster"] }] }, PEERS_TOLD],
  ["entity remote-node", entity("remote-node"), PEERS_TOLD],
  ["entity ingress", entity("ingress"), PEERS_TOLD],
  ["entity health", entity("health"), PEERS_TOLD],
  [
    "entity cluster-mesh: pods of all clusters too",
    entity("cluster-mesh"),
    { ...PEERS_TOLD, joins: "O+c", "joins from old": "O+c", "peer joins": "O+c" },
  ],
  ["deny entity cluster", entityDeny("cluster"), PEERS_DENIED],
  ["deny entity remote-node", { egressDeny: [{ toEntities: ["remote-node"] }] }, PEERS_DENIED],
  ["entity world", entity("world"), WORLD_ALLOWED],
  ["deny entity world", entityDeny("world"), WORLD_DENIED],
  ["an entity of the future", entity("moon", "constructor"), {}],

  ["allow the peer's addresses", { egress: [{ toCIDR: ["10.0.0.0/8"] }] }, WORLD_ALLOWED],
  ["deny the peer's addresses", { egressDeny: [{ toCIDRSet: [{ cidr: "10.70.0.0/16" }] }] }, WORLD_DENIED],
  ["deny one address of the peer", { ingressDeny: [{ fromCIDR: ["10.70.1.2"] }] }, WORLD_DENIED],
  ["deny a peer's nodes, with host bits", { ingressDeny: [{ fromCIDR: ["10.2.2.7/24"] }] }, WORLD_DENIED],
  ["deny others by their addresses, in", { ingressDeny: [{ fromCIDR: ["192.168.0.0/16", "fd00::/8", "junk"] }] }, {}],
  ["allow other addresses", { egress: [{ toCIDR: ["192.168.0.0/16"] }] }, {}],
  ["allow a part of the peer's addresses", { ingress: [{ fromCIDRSet: [{ cidr: "10.70.7.0/24" }] }] }, WORLD_ALLOWED],
  [
    "deny all but the peer's addresses",
    { egressDeny: [{ toCIDRSet: [{ cidr: "10.0.0.0/8", except: ["10.70.0.0/15", "10.2.0.0/16"] }] }] },
    {},
  ],
  [
    "deny all but the peer's addresses, in parts",
    {
      egressDeny: [{ toCIDRSet: [{ cidr: "10.0.0.0/8", except: ["10.70.0.0/17", "10.70.128.0/17", "10.2.0.0/16"] }] }],
    },
    {},
  ],
  [
    "deny a part of the peer's addresses, all of which are left out",
    { egressDeny: [{ toCIDRSet: [{ cidr: "10.70.7.0/24", except: ["10.70.7.0/24"] }] }] },
    {},
  ],
  [
    "deny all but a part of the peer's addresses",
    { egressDeny: [{ toCIDRSet: [{ cidr: "10.70.0.0/16", except: ["10.70.0.0/17"] }] }] },
    WORLD_DENIED,
  ],
  ["deny other addresses", { egressDeny: [{ toCIDR: ["192.168.0.0/16", "fd00::/8", "junk"] }] }, {}],
  [
    "deny addresses of nodes, which agents find by them",
    { egressDeny: [{ toCIDR: ["10.2.0.0/16"] }] },
    {},
    { nodesByCIDR: true },
  ],
  [
    "deny addresses of nodes, in, by which masqueraded pods are found as long as they are outside",
    { ingressDeny: [{ fromCIDR: ["10.2.0.0/16"] }] },
    WORLD_DENIED,
    { nodesByCIDR: true },
  ],
  [
    "deny every address: the world alone, where agents find nodes by theirs",
    { egressDeny: [{ toCIDR: ["0.0.0.0/0"] }] },
    WORLD_DENIED,
    { nodesByCIDR: true },
  ],
  ["deny addresses of nobody knows whom", { egressDeny: [{ toCIDR: ["10.70.0.0/16"] }] }, {}, { ranges: {} }],
  [
    "deny every address of nobody knows whom",
    { egressDeny: [{ toCIDR: ["0.0.0.0/0"] }] },
    WORLD_DENIED,
    { ranges: {} },
  ],
  [
    "allow the peer by its addresses and by its name: the same before and after",
    { egress: [{ toCIDR: ["10.70.0.0/16"] }, { toEndpoints: [podsOf("east")] }] },
    {},
  ],
  [
    "allow the peer by its addresses and by its name, but for some",
    { egress: [{ toCIDR: ["10.70.0.0/17"] }, { toEndpoints: [podsOf("east")] }] },
    WORLD_ALLOWED,
  ],
  [
    "deny the peer by its addresses, its name and its nodes: the same before and after",
    denyAll({ fromCIDR: ["10.70.0.0/17", "10.2.2.0/24"] }, { fromCIDR: ["10.70.128.0/17"] }, PODS_OF_EAST, NODES),
    {},
  ],
  [
    "deny the peer by its pods' addresses and its name: its masqueraded pods have those of its nodes",
    denyAll({ fromCIDR: ["10.70.0.0/16"] }, PODS_OF_EAST),
    PEERS_DENIED,
  ],
  [
    "allow everybody beside the peer's addresses",
    { ingress: [{ fromCIDR: ["10.0.0.0/8"] }, { fromEntities: ["all"] }] },
    {},
  ],
  ["the world by its IPv4 addresses", { ingressDeny: [{ fromEntities: ["world-ipv4"] }] }, WORLD_DENIED],
  ["the world by its IPv6 addresses, of which the peer has none", entityDeny("world-ipv6"), {}],
  [
    "the world by its IPv6 addresses, of one that may have some",
    entityDeny("world-ipv6"),
    WORLD_DENIED,
    { ranges: {} },
  ],
  ["the world by a reserved label of IPv6, of which the peer has none", deny(reserved("world-ipv6")), {}],
  ["IPv6: deny the peer's addresses", { egressDeny: [{ toCIDR: ["fd00:70::/32"] }] }, WORLD_DENIED, DUAL],
  ["IPv6: allow the peer's nodes", { ingress: [{ fromCIDRSet: [{ cidr: "fd00:2::/64" }] }] }, WORLD_ALLOWED, DUAL],
  ["IPv6: deny other addresses", { egressDeny: [{ toCIDR: ["fd00:71::/32", "::ffff:0:0/96"] }] }, {}, DUAL],
  ["IPv6: the world by its addresses", entityDeny("world-ipv6"), WORLD_DENIED, DUAL],
  ["IPv6: deny every address", { egressDeny: [{ toCIDR: ["::/0"] }] }, WORLD_DENIED, DUAL],

  ["Kubernetes: pods", from({ podSelector: app }), {}],
  ["Kubernetes: pods, every cluster by default", from({ podSelector: app }), PEERS_ALLOWED, EVERY],
  ["Kubernetes: namespaces", from({ namespaceSelector: {} }), {}],
  ["Kubernetes: namespaces, every cluster by default", from({ namespaceSelector: {} }), PEERS_ALLOWED, EVERY],
  ["Kubernetes: the old name", from({ podSelector: byName("default") }), { joins: "c", leaves: "O" }],
  ["Kubernetes: a name among namespaces", from({ namespaceSelector: {}, podSelector: byName("east") }), PEERS_TOLD],
  ["Kubernetes: addresses", from({ ipBlock: { cidr: "0.0.0.0/0" } }), WORLD_ALLOWED],
  ["administrators deny pods", admin("Deny", { pods: { namespaceSelector: {}, podSelector: {} } }), {}],
  [
    "administrators deny a name",
    admin("Deny", { pods: { podSelector: byName("default") } }),
    { joins: "O", leaves: "c" },
  ],
  ["administrators allow namespaces: of every cluster", admin("Accept", { namespaces: {} }), PEERS_ALLOWED],
  ["administrators deny namespaces: of every cluster", admin("Deny", { namespaces: {} }), PEERS_DENIED],
  [
    "administrators deny addresses",
    { subject: {}, egress: [{ action: "Deny", to: [{ networks: ["10.70.0.0/16"] }] }] },
    WORLD_DENIED,
  ],
  [
    "an egress gateway by the old name",
    { selectors: [{ podSelector: byName("default") }] },
    { joins: "O", leaves: "c" },
  ],
];

function outcome(spec: object, change: MeshChange): Outcome {
  const effects = policyEffects({ spec }, change);
  const opens = effects.some(({ opens: does }) => does);
  const closes = effects.some(({ opens: does }) => !does);
  return opens ? (closes ? "O+c" : "O") : closes ? "c" : "";
}

describe("model: what a join or a leave does to a policy", () => {
  for (const [name, spec, expected, over = {}] of TABLE) {
    it(name, () => {
      const seen = Object.entries(CHANGES).map(([change, what]) => [change, outcome(spec, { ...what, ...over })]);
      assert.deepEqual(
        Object.fromEntries(seen),
        Object.fromEntries(Object.keys(CHANGES).map((change) => [change, expected[change as Change] ?? ""])),
      );
    });
  }

  it("is nothing at all where nothing changes", () => {
    const still: MeshChange = {
      from: "west",
      to: "west",
      peers: ["east", "north"],
      peersAfter: ["north", "east"],
      ranges,
    };
    assert.ok(changesNothing(still));
    for (const [name, spec, , over] of TABLE) {
      assert.equal(outcome(spec, { ...still, ...over }), "", name);
    }
    for (const change of Object.values(CHANGES)) {
      assert.ok(!changesNothing(change));
    }
  });

  it("is said in words that name whom", () => {
    const say = (spec: object, change: MeshChange) => policyEffects({ spec }, change).map(({ effect }) => effect);
    const { joins, leaves } = CHANGES;
    assert.deepEqual(say(entity("cluster"), joins), ["lets nodes of east in from then on: they are remote nodes then"]);
    assert.deepEqual(say(allow(byName("east")), joins), [
      "lets pods of east in from then on, as it says by their name",
    ]);
    assert.deepEqual(say(allow(asks("Exists")), joins), ["lets pods of east in from then on, and does not now"]);
    assert.deepEqual(say(entityDeny("world"), joins), [
      "denies nobody of east any more: they are no part of the world then",
    ]);
    assert.deepEqual(say(entity("world"), leaves), [
      "lets pods and nodes of east in from then on, as a part of the world",
    ]);
    assert.deepEqual(say({ egress: [{ toEntities: ["remote-node"] }] }, leaves), [
      "lets nobody out to nodes of east any more",
    ]);
    assert.deepEqual(say({ egressDeny: [{ toEntities: ["remote-node"] }] }, leaves), [
      "denies nobody the way to nodes of east any more",
    ]);
    assert.deepEqual(say({ ingress: [{ fromCIDR: ["10.2.2.0/24"] }] }, leaves), [
      "lets pods and nodes of east in from then on, as a part of the world",
    ]);
    assert.deepEqual(say({ egress: [{ toCIDR: ["10.70.0.0/16"] }] }, leaves), [
      "lets pods out to pods of east from then on, as a part of the world",
    ]);
  });
});

describe("model: rules about addresses, one by one", () => {
  const { joins, leaves } = CHANGES;
  /** All addresses of 10.0.0.0/28, of which the peer's pods have the first half, and its nodes none. */
  const pods = Array.from({ length: 8 }, (_, index) => index);
  const small = { ranges: { east: { podCIDRs: ["10.0.0.0/29"], nodeCIDRs: ["10.1.0.0/24"] } } };
  const cidr = fc
    .record({ at: fc.nat(15), prefix: fc.integer({ min: 26, max: 32 }) })
    .map(({ at, prefix }) => ({ at, prefix, text: `10.0.0.${String(at)}/${String(prefix)}` }));
  const rule = fc.record({ cidr, except: fc.array(cidr, { maxLength: 3 }) });
  type Rule = typeof rule extends fc.Arbitrary<infer Value> ? Value : never;
  const holds = (range: Rule["cidr"], address: number) =>
    address >> (32 - range.prefix) === range.at >> (32 - range.prefix);
  const names = (rules: readonly Rule[], address: number) =>
    rules.some((each) => holds(each.cidr, address) && !each.except.some((hole) => holds(hole, address)));
  const written = (rules: readonly Rule[]) =>
    rules.map((each) => ({ cidr: each.cidr.text, except: each.except.map(({ text }) => text) }));
  const opens = (spec: object, change: MeshChange) =>
    policyEffects({ spec }, { ...change, ...small }).some((effect) => effect.opens);

  it("deny nobody any more where they name an address of a peer that joins", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), (rules) => {
        const spec = { egressDeny: [{ toCIDRSet: written(rules) }] };
        assert.equal(
          opens(spec, joins),
          pods.some((address) => names(rules, address)),
        );
        assert.equal(opens({ egressDeny: [...spec.egressDeny, { toEndpoints: [podsOf("east")] }] }, joins), false);
      }),
    );
  });

  it("stand in for the name of a peer that leaves where they name all of its addresses together", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), (rules) => {
        const spec = { egressDeny: [{ toEndpoints: [podsOf("east")] }, { toCIDRSet: written(rules) }] };
        assert.equal(opens(spec, leaves), !pods.every((address) => names(rules, address)));
      }),
    );
  });
});

describe("model: the name of a peer that may have been meant for another cluster", () => {
  const opens = (spec: object, change: MeshChange) => policyEffects({ spec }, change).map((effect) => effect.opens);

  it("is default, which every cluster is called before it joins, and the name that the cluster gives up", () => {
    const stays = { from: "west", to: "west", peers: [], peersAfter: ["default"] };
    assert.deepEqual(opens(allow(byName("default")), stays), [true]);
    assert.deepEqual(opens(allowOut(asks("In", "west", "default")), stays), [true]);
    const renamed = { from: "old", to: "west", peers: [], peersAfter: ["old", "east"] };
    assert.deepEqual(opens(allow(byName("old")), renamed), [false, true]);
    assert.deepEqual(opens(allow(byName("east")), renamed), [false]);
  });
});

describe("model: the policies of a cluster that joins from default", () => {
  const change = { from: "default", to: "cluster1", peers: [] };
  const opens = (spec: object) => policyEffects({ spec }, change).map((effect) => effect.opens);

  it("open where their subject or their denial is by that name, and close where they let it in", () => {
    const dns = { matchLabels: { "k8s:io.kubernetes.pod.namespace": "kube-system", "k8s-app": "kube-dns" } };
    assert.deepEqual(opens({ endpointSelector: byName("default"), ingress: [{}], egress: [{ toEndpoints: [dns] }] }), [
      true,
    ]);
    const gateway = { matchLabels: { [LABEL]: "default", "io.cilium.k8s.policy.serviceaccount": "gateway" } };
    assert.deepEqual(opens({ endpointSelector: app, ingress: [{ fromEndpoints: [gateway] }] }), [false]);
    const own = { matchLabels: { [`k8s:${LABEL}`]: "default" } };
    assert.deepEqual(opens({ endpointSelector: app, ingress: [{}], ingressDeny: [{ fromEndpoints: [own] }] }), [true]);
  });
});
