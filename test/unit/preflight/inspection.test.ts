import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import type { ManagedObject } from "../../../components/kubernetes/model/managedObject";
import { APISERVER_OBJECTS } from "../../../components/apiserver/model/objects";
import { answers, inspectCluster, type Publication } from "../../../components/preflight/inspection";
import { markText } from "../../../components/identity/model/mark";
import { recordOf } from "../support/record";
import { chartObjects } from "../support/apiserver/chartObjects";
import { scriptedKubectl, SILENT } from "../support/kubernetes/scriptedKubectl";
import { recorded, type LiveObject } from "../support/preflight/live";

const ACCESS = { kind: "context", context: "c" } as const;

const WEST = { name: "west", id: 101, owner: "org/project/stack" };

const LIST = { kind: "List", items: ["namespace", "configmap", "daemonset", "helm-secret"].map(recorded) };
const DEMO = { ...recorded("namespace"), metadata: { name: "demo", uid: "5" } };
const FINE = `
  const all = ["configmap/cilium-config", "secrets/cilium-clustermesh"].every((name) => args.includes(name));
  const said = all ? ${JSON.stringify(JSON.stringify(LIST))}
    : args.includes("namespaces/demo") ? ${JSON.stringify(JSON.stringify(DEMO))} : "";
  process.stdout.write(said);`;
const CLAIMS: readonly ManagedObject[] = [
  { resource: "secrets", name: "cilium-clustermesh", namespace: "kube-system" },
  { resource: "namespaces", name: "demo" },
];

describe("components: a cluster is inspected", () => {
  const kubectl = scriptedKubectl();

  function inspect(body: string, limitSeconds = 30) {
    const turns: number[] = [];
    kubectl.script(body);
    const turn = <T>(work: () => Promise<T>): Promise<T> => {
      turns.push(kubectl.calls().length);
      return work();
    };
    const inspection = inspectCluster(ACCESS, DEFAULT_SETTINGS.cilium, CLAIMS, limitSeconds, turn);
    return inspection.then((found) => ({ ...found, turns }));
  }

  it("and says what it is like", async () => {
    const { live, answered } = await inspect(FINE);
    assert.ok(live.kind === "reachable");
    assert.equal(live.config?.data["cluster-id"], "0");
    assert.equal(live.hasOperator, false);
    assert.deepEqual(
      live.existingObjects.map(({ name }) => name),
      ["cilium-clustermesh", "demo"],
    );
    assert.deepEqual(live.apiServerEtcd, []);
    assert.deepEqual(answered?.failed, []);
    assert.equal(kubectl.calls().length, 3);
  });

  it("and its clustermesh-apiserver where that is asked, in the same calls; what is read for that is claimed by nobody", async () => {
    const all = Object.values<LiveObject>({ ...(await chartObjects()) });
    const items = [...["namespace", "configmap", "helm-secret"].map(recorded), ...all];
    const answer = JSON.stringify(JSON.stringify({ kind: "List", items }));
    const inspect = async (publication?: Publication, claims = CLAIMS) => {
      kubectl.script(`process.stdout.write(args.includes("namespace/kube-system") ? ${answer} : "");`);
      const before = kubectl.calls().length;
      const { cilium } = DEFAULT_SETTINGS;
      const own = await inspectCluster(ACCESS, cilium, claims, 30, undefined, publication);
      assert.ok(own.live.kind === "reachable");
      const calls = kubectl.calls().slice(before);
      return {
        live: own.live,
        count: calls.length,
        asked: APISERVER_OBJECTS.filter((each) => calls[0]?.includes(each)),
      };
    };
    const asked = await inspect("asked");
    assert.equal(asked.live.apiserver?.adminCommonName, "admin-cluster1");
    assert.deepEqual(
      asked.live.existingObjects.map(({ name }) => name),
      ["cilium-clustermesh"],
    );
    assert.deepEqual(asked.asked, APISERVER_OBJECTS);
    const users = { resource: "configmaps", name: "clustermesh-remote-users", namespace: "kube-system" };
    const claimed = await inspect("asked", [...CLAIMS, users]);
    assert.deepEqual(
      claimed.live.existingObjects.map(({ name }) => name),
      ["cilium-clustermesh", users.name],
    );
    const kvstore = await inspect();
    // Identities are a further call, and nodes behind a NodePort two.
    assert.deepEqual([kvstore.asked, kvstore.count], [[], asked.count - 3]);
  });

  it("and its identities under the declared name, where it may be that of an earlier mesh", async () => {
    const all = Object.values<LiveObject>({ ...(await chartObjects()) });
    const read = async (said: string, mark?: string) => {
      const config = recorded("configmap");
      const annotations = mark === undefined ? {} : { "cilium-clustermesh/originals": mark };
      const items = [recorded("namespace"), { ...config, metadata: { ...config.metadata, annotations } }, ...all];
      const answer = JSON.stringify(JSON.stringify({ kind: "List", items }));
      kubectl.script(`if (args.includes("namespace/kube-system")) process.stdout.write(${answer});
        else if (args.includes("ciliumidentities.cilium.io")) { ${said} }`);
      const { live } = await inspectCluster(ACCESS, DEFAULT_SETTINGS.cilium, CLAIMS, 30, undefined, "asked", WEST);
      assert.ok(live.kind === "reachable");
      const asked = kubectl.calls().filter((call) => call.includes("ciliumidentities.cilium.io"));
      return { identities: live.identities, asked };
    };
    const { identities, asked } = await read('process.stdout.write("6619143 aa-bb\\n300 cc\\nsome dd\\n");');
    assert.deepEqual(identities, { kind: "read", numbers: [6619143, 300] });
    assert.ok(asked.length === 1 && asked[0]?.includes("io.cilium.k8s.policy.cluster=west"), JSON.stringify(asked));
    const refused = (words: string) => read(`process.stderr.write(${JSON.stringify(words)}); process.exit(1);`);
    const none = await refused('error: the server doesn\'t have a resource type "ciliumidentities"');
    assert.deepEqual(none.identities, { kind: "read", numbers: [] });
    const forbidden = await refused("Error from server (Forbidden): ciliumidentities.cilium.io is forbidden: User");
    assert.deepEqual(forbidden.identities, { kind: "unread", reason: "reading it is forbidden" });
  });

  it("unless it bears this stack's mark with that name and id: one that is damaged, copied or another's keeps nothing from being read", async () => {
    const { uid } = recorded("configmap").metadata as { readonly uid: string };
    const recordOfWest = recordOf({ configMap: uid, set: { "cluster-name": "west", "cluster-id": "101" } });
    const identitiesUnder = async (mark: string) => {
      const all = Object.values<LiveObject>({ ...(await chartObjects()) });
      const config = recorded("configmap");
      const annotations = { "cilium-clustermesh/originals": mark };
      const items = [recorded("namespace"), { ...config, metadata: { ...config.metadata, annotations } }, ...all];
      const answer = JSON.stringify(JSON.stringify({ kind: "List", items }));
      kubectl.script(`if (args.includes("namespace/kube-system")) process.stdout.write(${answer});
        else if (args.includes("ciliumidentities.cilium.io")) process.stdout.write("6619143 aa-bb\\n");`);
      const { live } = await inspectCluster(ACCESS, DEFAULT_SETTINGS.cilium, CLAIMS, 30, undefined, "asked", WEST);
      return live.kind === "reachable" ? live.identities : live;
    };
    const read = { kind: "read", numbers: [6619143] };
    assert.equal(await identitiesUnder(markText(recordOfWest, WEST.owner)), undefined);
    for (const mark of [
      "{}",
      markText({ ...recordOfWest, configMap: "another" }, WEST.owner),
      markText(recordOfWest, "another"),
      markText({ ...recordOfWest, set: { "cluster-name": "west", "cluster-id": "103" } }, WEST.owner),
      markText({ ...recordOfWest, set: { "cluster-name": "east", "cluster-id": "101" } }, WEST.owner),
    ]) {
      assert.deepEqual(await identitiesUnder(mark), read, mark);
    }
  });

  it("again after a connection that was refused, by a short question first, and not in its turn again", async () => {
    const refused = `if (calls() <= 3) {
      process.stderr.write("The connection to the server h:6443 was refused\\n");
      process.exit(1);
    }`;
    const { live, answered, turns } = await inspect(`${refused}\n${FINE}`);
    assert.equal(live.kind, "reachable");
    assert.deepEqual(answered?.failed, ["The connection to the server h:6443 was refused"]);
    assert.deepEqual(kubectl.calls()[3]?.slice(0, 3), ["--context=c", "get", "namespace/kube-system"]);
    assert.equal(kubectl.calls().length, 7);
    assert.deepEqual(turns, [0]);
  });

  it("and is unreachable where nothing listens, after three tries", async () => {
    const words = 'process.stderr.write("The connection to the server h:6443 was refused\\n"); process.exit(1);';
    const { live, answered } = await inspect(words);
    const reason = "The connection to the server h:6443 was refused (tried 3 times)";
    assert.deepEqual([live, answered], [{ kind: "unreachable", cause: "network", reason }, undefined]);
    assert.equal(kubectl.calls().length, 5);
  });

  it("and is unreachable where it is silent, within its limit", async () => {
    const { live } = await inspect(SILENT, 1);
    assert.deepEqual(live, { kind: "unreachable", cause: "network", reason: "no answer within 1 s" });
  });

  it("and is not asked again where that would not help: why, is said in one line", async () => {
    const said = "E1123 memcache.go: i/o timeout\\n\\nerror: You must be logged in to the server (Unauthorized)\\n";
    const { live } = await inspect(`process.stderr.write("${said}"); process.exit(1);`);
    const reason = "error: You must be logged in to the server (Unauthorized)";
    assert.deepEqual(live, { kind: "unreachable", cause: "credentials", reason });
    assert.equal(kubectl.calls().length, 3);
  });

  it("only whether it answers, and once, where it is said to be gone", async () => {
    kubectl.script(SILENT);
    assert.equal(await answers(ACCESS, 1), false);
    assert.equal(kubectl.calls().length, 1);
    kubectl.script(FINE);
    assert.equal(await answers(ACCESS, 1), true);
  });

  it("answers, though it lets this user in no further", async () => {
    for (const [said, does] of [
      ["error: You must be logged in to the server (Unauthorized)", true],
      ['Error from server (Forbidden): namespaces "kube-system" is forbidden: User "u" cannot get it', true],
      ["Unable to connect to the server: getting credentials: exec: executable aws not found", false],
      ['error: context "c" does not exist', false],
    ] as const) {
      kubectl.script(`process.stderr.write(${JSON.stringify(`${said}\n`)}); process.exit(1);`);
      assert.equal(await answers(ACCESS, 60), does, said);
    }
  });
});
