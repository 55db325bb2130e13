import assert from "node:assert/strict";
import { judgePolicies } from "../../../../components/policyCheck/model/clusterPolicies";
import type { MeshChange } from "../../../../components/policyCheck/model/meshChange";
import { bySeverity } from "../../support/mesh/mesh";
import { asks, byName, CLUSTER_LABEL as LABEL, podsOf } from "../../support/policyCheck/selectors";

const app = { matchLabels: { app: "x" } };

const ranges = { east: { podCIDRs: ["10.70.0.0/16"], nodeCIDRs: ["10.2.2.0/24"] } };
const JOINS: MeshChange = { from: "default", to: "west", peers: [], peersAfter: ["east"], ranges };
const LEAVES: MeshChange = { from: "west", to: "default", peers: ["east"] };
const PEER_JOINS: MeshChange = { from: "west", to: "west", peers: ["north"], peersAfter: ["north", "east"], ranges };
const PEER_LEAVES: MeshChange = { from: "west", to: "west", peers: ["north", "east"], peersAfter: ["north"] };
const everyCluster = (change: MeshChange): MeshChange => ({ ...change, localByDefault: false });

const allow = (...peers: readonly object[]) => ({ ingress: [{ fromEndpoints: peers }] });
const deny = (...rules: readonly object[]) => ({ ingressDeny: rules });
const denyOut = (...rules: readonly object[]) => ({ egressDeny: rules });
const from = (...peers: readonly object[]) => ({ podSelector: {}, ingress: [{ from: peers }] });
const admin = (action: string, ...peers: readonly object[]) => ({ subject: {}, ingress: [{ action, from: peers }] });
const adminOut = (...peers: readonly object[]) => ({ subject: {}, egress: [{ action: "Deny", to: peers }] });

function judged(spec: object, change: MeshChange) {
  const { problems: opening, warnings: told } = bySeverity(
    judgePolicies("west", [{ kind: "X", metadata: { name: "x" }, spec }], change, "o"),
  );
  return { opening: opening.map(({ fix }) => fix), told: told.map(({ fix }) => fix) };
}

/** What is refused, what the message advises, and the policy once that is done: it is refused no more. */
type Row = readonly [name: string, change: MeshChange, spec: object, advice: readonly string[], corrected: object];

const BOTH = `${LABEL} In [west, default]`;
const OWN = `remove it, or have it mean the same under both names (In [west, default])`;
const NAMED = `remove it, or have it name the clusters that it is for (${BOTH})`;
const NAMED_STAYS = `remove it, or have it name the clusters that it is for (${LABEL} In [west])`;
const PODS = `${LABEL} In [east], k8s:io.kubernetes.pod.namespace Exists`;
const WORLD = "remove it, or deny the world too: one more rule beside it, with the same ports, of";

const REFUSED: readonly Row[] = [
  [
    "a subject",
    JOINS,
    { endpointSelector: byName("default") },
    [OWN],
    { endpointSelector: asks("In", "west", "default") },
  ],
  [
    "a denial",
    JOINS,
    deny({ fromEndpoints: [byName("default")] }),
    [OWN],
    deny({ fromEndpoints: [asks("In", "west", "default")] }),
  ],
  ["a permission by the new name", JOINS, allow(byName("west")), [OWN], allow(asks("In", "west", "default"))],
  [
    "a subject by not a name",
    JOINS,
    { endpointSelector: asks("NotIn", "west") },
    [
      `remove it, or have it mean the same under both names (NotIn [west, default, …], or In [west, default] where this cluster is meant)`,
    ],
    { endpointSelector: asks("In", "west", "default") },
  ],
  [
    "a permission by not the old name",
    JOINS,
    allow(asks("NotIn", "default", "east")),
    ["remove it, or have it mean the same under both names (NotIn [west, default, …])"],
    allow(asks("NotIn", "default", "west", "east")),
  ],
  ["pods of any cluster", JOINS, allow({ ...app, ...asks("Exists") }), [NAMED], allow(asks("In", "west", "default"))],
  [
    "pods of any cluster, with the peer",
    PEER_JOINS,
    allow(asks("Exists")),
    [NAMED_STAYS],
    allow(asks("In", "west", "east")),
  ],
  [
    "pods of all but a cluster",
    JOINS,
    allow(asks("NotIn", "elsewhere")),
    [NAMED],
    allow(asks("In", "west", "default")),
  ],
  [
    "pods by a label, every cluster by default",
    everyCluster(JOINS),
    allow(app),
    [NAMED],
    allow(asks("In", "west", "default")),
  ],
  [
    "nodes by a label, every cluster by default",
    everyCluster(PEER_JOINS),
    { egress: [{ toNodes: [app] }] },
    [NAMED_STAYS],
    { egress: [{ toNodes: [asks("In", "west")] }] },
  ],
  [
    "namespaces, every cluster by default",
    everyCluster(JOINS),
    from({ namespaceSelector: app }),
    [`remove it, or add a podSelector beside it that names the clusters that it is for (${BOTH})`],
    from({ namespaceSelector: app, podSelector: asks("In", "west", "default") }),
  ],
  [
    "administrators' namespaces",
    JOINS,
    admin("Accept", { namespaces: app }),
    [`remove it, or write pods instead, with a podSelector that names the clusters that it is for (${BOTH})`],
    admin("Accept", { pods: { namespaceSelector: app, podSelector: asks("In", "west", "default") } }),
  ],
  [
    "the entity of all pods in the mesh",
    JOINS,
    { egress: [{ toEntities: ["cluster-mesh"] }] },
    [
      `remove it, or write cluster instead, and beside it a rule of toEndpoints for the clusters that it is for (${LABEL} In [east])`,
    ],
    { egress: [{ toEntities: ["cluster"] }, { toEndpoints: [byName("east")] }] },
  ],
  [
    "a peer called as any cluster is",
    { ...PEER_JOINS, peersAfter: ["north", "default"] },
    allow(asks("In", "west", "default")),
    [NAMED_STAYS],
    allow(asks("In", "west")),
  ],
  [
    "a peer called as the cluster was",
    { ...JOINS, from: "old", peersAfter: ["old"] },
    allow(asks("In", "west", "old")),
    ["remove it: that name is another cluster's then"],
    {},
  ],
  [
    "a denial of the world",
    JOINS,
    deny({ fromEntities: ["world"] }),
    [
      `name them as well: more rules beside it, with the same ports, of fromEndpoints (${PODS}) and fromEntities (remote-node, which has its own nodes too)`,
    ],
    deny({ fromEntities: ["world"] }, { fromEndpoints: [podsOf("east")] }, { fromEntities: ["remote-node"] }),
  ],
  [
    "a denial of addresses, out, with ports",
    PEER_JOINS,
    denyOut({ toCIDR: ["10.70.0.0/16"], toPorts: [{ ports: [{ port: "80" }] }] }),
    [`name them as well: more rules beside it, with the same ports, of toEndpoints (${PODS})`],
    denyOut(
      { toCIDR: ["10.70.0.0/16"], toPorts: [{ ports: [{ port: "80" }] }] },
      { toEndpoints: [podsOf("east")], toPorts: [{ ports: [{ port: "80" }] }] },
    ),
  ],
  [
    "administrators' denial of addresses",
    JOINS,
    adminOut({ networks: ["10.70.0.0/16"] }),
    [`name them as well, in the same rule: pods (namespaceSelector {}, podSelector with ${LABEL} In [east])`],
    adminOut({ networks: ["10.70.0.0/16"] }, { pods: { namespaceSelector: {}, podSelector: byName("east") } }),
  ],
  [
    "a denial of a peer that leaves",
    PEER_LEAVES,
    denyOut({ toEndpoints: [byName("east")] }),
    [`${WORLD} toEntities (world), or of toCIDR with all their addresses`],
    denyOut({ toEndpoints: [byName("east")] }, { toEntities: ["world"] }),
  ],
  [
    "a denial of a peer that leaves, by its addresses",
    { ...PEER_LEAVES, ranges },
    denyOut({ toEndpoints: [podsOf("east")] }),
    [`${WORLD} toEntities (world), or of toCIDR with all their addresses`],
    denyOut({ toEndpoints: [podsOf("east")] }, { toCIDR: ["10.70.0.0/16"] }),
  ],
  [
    "a denial of all peers, of which the cluster takes leave",
    LEAVES,
    deny({ fromEndpoints: [asks("NotIn", "west", "default")] }),
    [`${WORLD} fromEntities (world), or of fromCIDR with all their addresses`],
    deny({ fromEndpoints: [asks("NotIn", "west", "default")] }, { fromEntities: ["world"] }),
  ],
  [
    "a denial of nodes by an entity",
    LEAVES,
    deny({ fromEntities: ["remote-node"] }),
    [`${WORLD} fromEntities (world), or of fromCIDR with all their addresses`],
    deny({ fromEntities: ["remote-node"] }, { fromEntities: ["world"] }),
  ],
  [
    "administrators' denial of a peer that leaves",
    PEER_LEAVES,
    admin("Deny", { pods: { podSelector: byName("east") } }),
    ["remove it, or accept that, and deny their addresses (networks)"],
    {},
  ],
];

describe("model: what there is to do about a policy that would fail open", () => {
  for (const [name, change, spec, advice, corrected] of REFUSED) {
    it(`can be done: ${name}`, () => {
      assert.deepEqual(judged(spec, change).opening, advice);
      assert.deepEqual(judged(corrected, change).opening, []);
    });
  }

  it("does not count as done where the other rule denies less", () => {
    const world = { fromEntities: ["world"] };
    const ports = { toPorts: [{ ports: [{ port: "80" }] }] };
    for (const less of [
      { fromEndpoints: [{ ...app, ...podsOf("east") }] },
      { fromEndpoints: [byName("east")] },
      { fromEndpoints: [podsOf("north")] },
      { fromEndpoints: [podsOf("east")], ...ports },
      { fromEntities: ["cluster", "health"] },
    ]) {
      const corrected = {
        ...deny(world, less, { fromEntities: ["remote-node"] }),
        egressDeny: [{ toEntities: ["cluster-mesh"] }],
      };
      assert.equal(judged(corrected, JOINS).opening.length, 1, JSON.stringify(less));
    }
    const inAnotherRule = {
      subject: {},
      egress: [...adminOut({ networks: ["10.70.0.0/16"] }).egress, ...adminOut({ namespaces: {} }).egress],
    };
    assert.equal(judged(inAnotherRule, JOINS).opening.length, 1);
  });
});

describe("model: what there is to say of a policy that is no reason to refuse", () => {
  const FROM_NODES = `nodes by fromNodes (${BOTH}; for agents with enable-node-selector-labels)`;
  const TOLD: readonly (readonly [name: string, change: MeshChange, spec: object, advice: readonly string[]])[] = [
    [
      "remote-node",
      JOINS,
      { ingress: [{ fromEntities: ["remote-node"] }] },
      [`leave it where those nodes may; otherwise name instead of it: ${FROM_NODES}`],
    ],
    [
      "cluster",
      JOINS,
      { ingress: [{ fromEntities: ["cluster"] }] },
      [
        `leave it where those nodes may; otherwise name instead of it: host and kube-apiserver, pods by fromEndpoints (${BOTH}, k8s:io.kubernetes.pod.namespace Exists), ${FROM_NODES}`,
      ],
    ],
    [
      "remote-node by its label, out",
      PEER_JOINS,
      { egress: [{ toEndpoints: [{ matchLabels: { "reserved:remote-node": "" } }] }] },
      [
        `leave it where those nodes may; otherwise name instead of it: nodes by toNodes (${LABEL} In [west]; for agents with enable-node-selector-labels)`,
      ],
    ],
    [
      "health",
      JOINS,
      { ingress: [{ fromEntities: ["health"] }] },
      ["leave it where those nodes may; otherwise remove it: it cannot tell clusters apart"],
    ],
    ["kube-apiserver, host and all", JOINS, { ingress: [{ fromEntities: ["kube-apiserver", "host", "all"] }] }, []],
    [
      "a permission written ahead",
      JOINS,
      allow({ matchLabels: { app: "x", [LABEL]: "east" } }),
      ["leave it where that is meant; otherwise have it name other clusters than east"],
    ],
    ["a permission by the old name", JOINS, allow(byName("default")), [OWN]],
    [
      "the world",
      JOINS,
      { ingress: [{ fromEntities: ["world"] }] },
      [
        `leave it unless they are to get through; then name them by fromEndpoints (${PODS}) and fromEntities (remote-node, which has its own nodes too)`,
      ],
    ],
    [
      "addresses",
      JOINS,
      from({ ipBlock: { cidr: "10.70.0.0/16" } }),
      [
        `leave it unless they are to get through; then name them by a peer of namespaceSelector {} and podSelector (${LABEL} In [east])`,
      ],
    ],
    [
      "a peer that leaves",
      LEAVES,
      allow(byName("east")),
      ["leave it unless they are to get through; then name them by fromCIDR"],
    ],
    [
      "nodes of peers that leave",
      PEER_LEAVES,
      { egress: [{ toEntities: ["cluster"] }] },
      ["leave it unless they are to get through; then name them by toCIDR"],
    ],
    [
      "a peer that leaves, of Kubernetes",
      LEAVES,
      from({ podSelector: byName("east") }),
      ["leave it unless they are to get through; then name them by ipBlock"],
    ],
    [
      "the world that gets larger",
      LEAVES,
      { ingress: [{ fromEntities: ["world"] }] },
      ["leave it where they may; otherwise name addresses instead, without theirs (fromCIDRSet with except)"],
    ],
    [
      "a denial of the world that gets larger",
      LEAVES,
      denyOut({ toEntities: ["world"] }),
      ["leave it where they are meant; otherwise name addresses instead, without theirs (toCIDRSet with except)"],
    ],
    [
      "a denial of any cluster",
      JOINS,
      deny({ fromEndpoints: [asks("Exists")] }),
      [`leave it where they are meant; otherwise have it name the clusters that it is for (${BOTH})`],
    ],
    [
      "a denial of a peer",
      JOINS,
      deny({ fromEndpoints: [byName("east")] }),
      ["leave it where that is meant; otherwise have it name other clusters than east"],
    ],
    [
      "a denial of nodes",
      JOINS,
      deny({ fromEntities: ["remote-node"] }),
      [`leave it where they are meant; otherwise name instead of it: ${FROM_NODES}`],
    ],
  ];

  for (const [name, change, spec, advice] of TOLD) {
    it(`fits what can be written there: ${name}`, () => {
      assert.deepEqual(judged(spec, change), { opening: [], told: advice });
    });
  }

  it("is nothing any more once an entity is written out for the own cluster alone", () => {
    const own = asks("In", "west", "default");
    const spec = {
      ingress: [{ fromEntities: ["host"] }, { fromEndpoints: [podsOf("west", "default")] }, { fromNodes: [own] }],
    };
    assert.deepEqual(judged(spec, JOINS), { opening: [], told: [] });
  });
});
