import assert from "node:assert/strict";
import { podsOf } from "../../../components/cilium/agents";
import { ROLLED_POD_FIELDS } from "../../../components/cilium/model/rollOut/pods";
import type { ApiAccess, ClusterApi } from "../../../components/kubernetes/clusterApi";
import { withCluster } from "../../../components/kubernetes/kubectlApi";
import { fieldsTemplate, parseFields, type Fields } from "../../../components/kubernetes/model/fields";
import { LIVE_POD_FIELDS } from "../../../components/meshCheck/model/stalePods";
import { printJsonPath } from "../../support/kubernetes/printJsonPath";
import { realPod } from "../support/kubernetes/realPod";
import { scriptedCluster } from "../support/kubernetes/scriptedCluster";

/** A kubectl with so many pods as long as real ones. */
const MANY = (count: number) => `
  const pod = ${JSON.stringify(realPod("NAME", "NODE"))};
  const named = (name, node) => ({ ...pod, metadata: { ...pod.metadata, name }, spec: { ...pod.spec, nodeName: node } });
  const items = Array.from({ length: ${String(count)} }, (_, n) => named("cilium-" + n, "node-" + n));
  process.stdout.write(printAsAsked(args, { items }));`;

describe("kubernetes: lists that grow with a cluster", () => {
  const { using, calls } = scriptedCluster();

  it("5000 agents are read, whose pods are more than can be kept", async () => {
    const pods = await using(MANY(5000), (api) => podsOf(api, "kube-system", "k8s-app=cilium"));
    assert.equal(pods.length, 5000);
    assert.deepEqual(pods[4999], {
      pod: "cilium-4999",
      node: "node-4999",
      ready: true,
      created: "2026-11-24T09:00:00Z",
    });
  });

  const SHAPES: Readonly<Record<string, Fields>> = {
    "of a roll-out": ROLLED_POD_FIELDS,
    "of a namespace": LIVE_POD_FIELDS,
  };
  for (const [whose, fields] of Object.entries(SHAPES)) {
    it(`a pod ${whose} is at most 2 KB of an answer`, () => {
      const items = [realPod("cilium-1", "node-1")];
      const printed = printJsonPath(fieldsTemplate(fields, "\tmark"), { items });
      assert.ok(JSON.stringify(items).length > 50_000);
      assert.ok(printed.length < 2000, String(printed.length));
      assert.equal(parseFields(printed, fields, "\tmark").length, 1);
    });
  }

  it("a list that was cut off is asked for again", async () => {
    const body = `const all = printAsAsked(args, { items: [{ metadata: { name: "a" }, status: {} }, { metadata: { name: "b" } }] });
      process.stdout.write(calls() === 1 ? all.slice(0, all.length / 2) : all);`;
    const pods = await using(body, (api) => podsOf(api, "kube-system", "k8s-app=cilium"));
    assert.deepEqual(
      pods.map(({ pod }) => pod),
      ["a", "b"],
    );
    assert.equal(calls().length, 2);
  });

  it("an answer that is too long is asked for once", async () => {
    const body = 'process.stdout.write(Buffer.alloc(70 * 2 ** 20, " "));';
    await assert.rejects(
      using(body, (api) => podsOf(api, "kube-system", "k8s-app=cilium")),
      /^KubectlError: kubectl get pods answers with more than 64 MiB$/,
    );
    assert.equal(calls().length, 1);
  });
});

describe("kubernetes: calls to a cluster", () => {
  const { using, calls } = scriptedCluster();
  const made = () => calls().map(([, ...args]) => args);
  const fails = (words: string) => `process.stderr.write(${JSON.stringify(`${words}\n`)}); process.exit(1);`;
  const secret = { resource: "secrets", name: "a b", namespace: "ns" };

  it("read an object, several, and none", async () => {
    const object = (name: string) => ({ kind: "Secret", metadata: { name } });
    const body = `const named = args.filter((arg) => arg.startsWith("secret/")).map((arg) => (${object.toString()})(arg.slice(7)));
      if (!args.includes("secret/none")) process.stdout.write(JSON.stringify(named.length === 1 ? named[0] : { kind: "List", items: named }));`;
    await using(body, async (api) => {
      assert.deepEqual(JSON.parse(await api.object("secret/a", "ns")), object("a"));
      assert.equal(await api.object("secret/none"), "");
      const items = async (...names: readonly string[]) =>
        (JSON.parse(await api.objects(names)) as { readonly items: readonly object[] }).items;
      assert.deepEqual(await items("secret/a"), [object("a")]);
      assert.deepEqual(await items("secret/a", "secret/b"), [object("a"), object("b")]);
      assert.deepEqual(await items("secret/none"), []);
    });
    const flags = ["--ignore-not-found", "--show-managed-fields", "-o", "json"];
    assert.deepEqual(made().slice(0, 2), [
      ["get", "secret/a", "-n", "ns", ...flags],
      ["get", "secret/none", ...flags],
    ]);
  });

  it("give what could be read of several kinds, and the words for the rest", async () => {
    const words = 'Error from server (Forbidden): nodes is forbidden: User "u" cannot list';
    await using(`process.stdout.write("a\\n"); ${fails(words)}`, async (api) => {
      assert.deepEqual(await api.listByTemplate(["pods", "nodes"], {}, "{.items}"), { found: "a\n", refused: words });
      assert.deepEqual(await api.kinds(), { found: ["a"], refused: words });
    });
  });

  it("ask again where nothing of several kinds could be read for a reason that may pass", async () => {
    const body = `if (calls() === 1) { ${fails("Unable to connect to the server: EOF")} } process.stdout.write("a\\n");`;
    await using(body, async (api) => {
      assert.deepEqual(await api.kinds(), { found: ["a"] });
    });
    assert.equal(calls().length, 2);
  });

  it("read pages where the last one ended, whatever the API server calls that place", async () => {
    await using('process.stdout.write("{}");', (api) => api.page("p.cilium.io", "cilium.io/v2", 30, "+/=1"));
    assert.deepEqual(made(), [["get", "--raw", "/apis/cilium.io/v2/p?limit=30&continue=%2B%2F%3D1"]]);
  });

  it("delete an object by its path, as the preconditions have it", async () => {
    const body = 'process.stderr.write(fs.readFileSync(0, "utf8"));';
    await using(body, async (api) => {
      await api.deleteObject(secret, "v1", { uid: "1" });
      await api.deleteObject({ resource: "statefulsets.apps", name: "s", namespace: "ns" }, "apps/v1", {});
    });
    const how = ["-f", "-"];
    assert.deepEqual(made(), [
      ["delete", "--raw", "/api/v1/namespaces/ns/secrets/a%20b", ...how],
      ["delete", "--raw", "/apis/apps/v1/namespaces/ns/statefulsets/s", ...how],
    ]);
  });

  it("take an object and pods that are gone for done, and nothing else", async () => {
    const gone = 'Error from server (NotFound): pods "a" not found';
    await using(fails(`${gone}\n${gone}`), async (api) => {
      await api.deleteObject(secret, "v1", {});
      await api.annotatePods("ns", ["a", "b"], "k", "v");
    });
    const mixed = fails(`${gone}\nError from server (Forbidden): pods "b" is forbidden`);
    await assert.rejects(
      using(mixed, (api) => api.annotatePods("ns", ["a", "b"], "k", "v")),
      /Forbidden/,
    );
  });

  it("know a write that was refused for what came in between", async () => {
    for (const words of [
      'Error from server (Conflict): Operation cannot be fulfilled on configmaps "c": the object has been modified',
      "Precondition failed: UID in precondition: 1, UID in object meta: 2",
    ]) {
      await using(fails(words), async (api) => {
        await assert.rejects(api.patch(["configmap/c"], "ns", { manager: "helm", patch: {} }), {
          name: "WriteConflict",
        });
        await assert.rejects(api.deleteObject(secret, "v1", {}), { name: "WriteConflict" });
      });
    }
    assert.equal(calls().length, 2, "and make it once");
  });

  it("take no refusal for an object that is gone or there, or was changed, whatever a webhook says in it", async () => {
    const refused = (words: string) =>
      fails(`Error from server (Forbidden): admission webhook "x" denied the request: ${words}`);
    const rejected = (work: (api: ClusterApi) => Promise<void>) => (api: ClusterApi) =>
      assert.rejects(work(api), { name: "KubectlError", message: /admission webhook/ });
    await using(
      refused("(NotFound)"),
      rejected((api) => api.deleteObject(secret, "v1", {})),
    );
    await using(
      refused("(NotFound)"),
      rejected((api) => api.annotatePods("ns", ["a"], "k", "v")),
    );
    await using(
      refused("(AlreadyExists)"),
      rejected((api) => api.create("m", [{}])),
    );
    for (const words of ["preconditions are not met", "Precondition failed", "it has been modified", "(Conflict)"]) {
      await using(
        refused(words),
        rejected((api) => api.deleteObject(secret, "v1", {})),
      );
    }
  });

  it("patch by a merge, as a field manager", async () => {
    await using("", (api) => api.patch(["daemonset/a", "deployment/b"], "ns", { manager: "m", patch: { data: null } }));
    const how = ["--type=merge", "--field-manager=m", "--patch", '{"data":null}'];
    assert.deepEqual(made(), [["patch", "daemonset/a", "deployment/b", "-n", "ns", ...how]]);
  });

  it("delete pods once, and wait for the end of one only as long as something comes back", async () => {
    await assert.rejects(
      using(fails("connection refused"), (api) => api.deletePods("ns", ["a", "b"], "no")),
      /refused/,
    );
    const command = ["delete", "pod", "a", "b", "-n", "ns", "--ignore-not-found"];
    assert.deepEqual(made(), [[...command, "--wait=false"]]);
  });

  it("ask for reviews in one question", async () => {
    const body =
      'const { items } = JSON.parse(fs.readFileSync(0, "utf8")); process.stdout.write(items.map(({ a }) => a + "\\n").join(""));';
    assert.deepEqual(await using(body, (api) => api.reviewAccess([{ a: true }, { a: false }], 5)), ["true", "false"]);
    assert.equal(calls().length, 1);
  });
});

describe("kubernetes: kubectl as a person calls it for a cluster", () => {
  const commandOf = (access: ApiAccess) => withCluster(access, (api) => Promise.resolve(api.command));

  it("names the context, and of a kubeconfig's content nothing", async () => {
    assert.equal(await commandOf({ kind: "context", context: "west" }), "kubectl --context west");
    assert.equal(await commandOf({ kind: "kubeconfig", content: "{}" }), "kubectl --kubeconfig <its kubeconfig>");
  });
});
