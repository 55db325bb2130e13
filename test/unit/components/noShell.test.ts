import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ClusterMesh } from "../../../components";
import { agentPods } from "../../../components/cilium/agents";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { COMMAND_LINE } from "../../../components/command/commandLine";
import { INPUT_VARIABLE, OCCASION_VARIABLE } from "../../../components/command/protocol";
import { Kubectl } from "../../../components/kubernetes/kubectl";
import { withCluster } from "../../../components/kubernetes/kubectlApi";
import { parseLivePods } from "../../../components/meshCheck/model/stalePods";
import { loadStack } from "../../../stacks";
import { scriptedKubectl } from "../support/kubernetes/scriptedKubectl";
import { run, type Registered } from "../support/pulumiMocks";
import { clusterConfiguration, texts } from "../support/stacks/configuration";
import { kubectlOnPath } from "../support/kubernetes/kubectlOnPath";

const ROOT = resolve(__dirname, "..", "..", "..");

/** A text that a shell would run, and that a program would take for a flag. */
const HOSTILE = "--all=$(touch x)`touch x`'; touch x #\" && touch x | *";

/** The resources of a stack that is configured with a text of choice, wherever the schema takes any. */
async function resources(text: string): Promise<readonly Registered[]> {
  const hosts = { "etcd.example.com": ["10.1.1.1"] };
  const endpoints = ["https://etcd.example.com:2379"];
  const clusters = {
    cluster1: clusterConfiguration(1, { context: text, etcd: { endpoints, hostAliases: hosts } }),
    cluster2: clusterConfiguration(2, { context: undefined, kubeconfig: text }),
  };
  const demo = { image: text, nodeSelectors: { employee: { [text]: text } } };
  const values = texts({ clusters, demo, owner: text, wait: { preflight: false } });
  const prefixed = Object.entries(values).map(([key, value]) => [`clustermesh:${key}`, value] as const);
  const ran = await run(async () => {
    pulumi.runtime.setAllConfig(Object.fromEntries(prefixed));
    return new ClusterMesh("clustermesh", (await loadStack()).plan);
  });
  return ran.resources;
}

const commandsOf = (all: readonly Registered[]) => all.filter(({ type }) => type === "command:local:Command");

/** What decides which program runs, and with which arguments. */
function programOf({ name, inputs }: Registered): object {
  const { interpreter, create, update, delete: remove } = inputs;
  return { name, interpreter, create, update, remove };
}

describe("components: no shell", () => {
  after(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("is given anything: configured texts do not change which program runs, and with which arguments", async () => {
    const [hostile, tame] = [commandsOf(await resources(HOSTILE)), commandsOf(await resources("tame"))];
    assert.ok(hostile.length >= 7, String(hostile.length));
    assert.deepEqual(hostile.map(programOf), tame.map(programOf));
    assert.ok(JSON.stringify(hostile.map(({ inputs }) => inputs)).includes("touch x"), "the texts get to the commands");
  });

  it("is the interpreter of a command: that is node, on a script of ours, and the verb a single word", async () => {
    for (const { name, inputs } of commandsOf(await resources(HOSTILE))) {
      const [program, flag, code, runner, script, ...more] = inputs["interpreter"] as readonly string[];
      assert.deepEqual([program, flag, code], ["node", ...COMMAND_LINE], name);
      assert.deepEqual([runner, more], ["components/command/run.cjs", []], name);
      assert.ok(existsSync(join(ROOT, "components", script ?? "", "command.ts")), script);
      for (const verb of [inputs["create"], inputs["update"], inputs["delete"]].filter((each) => each !== undefined)) {
        assert.ok(typeof verb === "string" && /^[a-z][A-Za-z]*$/.test(verb), name);
      }
      const environment = inputs["environment"] as Readonly<Record<string, string>>;
      const ours = Object.keys(environment).filter((key) => key !== OCCASION_VARIABLE);
      assert.deepEqual(ours, [INPUT_VARIABLE, "NODE_OPTIONS", "NODE_PATH"], name);
      assert.deepEqual([environment["NODE_OPTIONS"], environment["NODE_PATH"]], ["", ""], name);
      const known = ["create", "delete", "environment", "interpreter", "logging", "stdin", "update"];
      assert.deepEqual(
        Object.keys(inputs).filter((key) => !known.includes(key)),
        [],
        name,
      );
    }
  });
});

describe("components: arguments of kubectl", () => {
  const program = kubectlOnPath();
  const kubectl = scriptedKubectl();

  it("are what they were, whatever is in them, and a context is no flag of its own", async () => {
    program.script("");
    const all = [HOSTILE, "-v=9", "--context=other", "a\nb", "\u001b[2J", "$HOME", "%PATH%", "ä\u202e", ""];
    for (const context of all) {
      await Kubectl.with({ kind: "context", context }, (each) => each.run(["get", ...all]));
    }
    assert.deepEqual(
      program.calls(),
      all.map((context) => [`--context=${context}`, "get", ...all]),
    );
  });

  it("are values of flags, where they are configured", async () => {
    kubectl.script("process.stdout.write(printAsAsked(args, { items: [] }));");
    const container = { namespace: HOSTILE, pod: "cilium-a", container: HOSTILE };
    await withCluster({ kind: "context", context: "-v" }, async (api) => {
      await api.listFields("pods", { namespace: HOSTILE, selector: HOSTILE }, { kind: "text" });
      await api.listByTemplate(["pods"], { namespace: HOSTILE, selector: HOSTILE }, "{.items}");
      await api.object("secret/s", HOSTILE);
      await api.exec(container, [HOSTILE], 60);
      await api.execOnce(container, [HOSTILE], 60);
      await api.logs(container, "15m");
      await api.patch(["configmap/c"], HOSTILE, { manager: "helm", patch: {} });
      await api.deletePods(HOSTILE, ["cilium-a"], "no");
      await api.annotatePods(HOSTILE, ["cilium-a"], "a", "b");
    });
    const calls = kubectl.calls();
    assert.ok(calls.length >= 9, JSON.stringify(calls));
    for (const [access, ...args] of calls) {
      assert.equal(access, "--context=-v");
      const end = args.includes("--") ? args.indexOf("--") : args.length;
      const configured = args.slice(0, end).flatMap((arg, index) => (arg === HOSTILE ? [args[index - 1] ?? ""] : []));
      assert.ok(configured.length > 0 && configured.every((flag) => /^-[nlc]$/.test(flag)), JSON.stringify(args));
      assert.ok(
        args.slice(0, end).every((arg) => arg === HOSTILE || !arg.includes("touch x")),
        JSON.stringify(args),
      );
    }
  });

  it("are never a flag that a cluster has made up for the name of a pod", async () => {
    const pod = { metadata: { name: "--context=other" }, spec: { nodeName: "n" }, status: {} };
    const json = JSON.stringify({ items: [pod] });
    assert.throws(() => parseLivePods(json));
    kubectl.script(`process.stdout.write(${JSON.stringify(json)});`);
    const asking = withCluster({ kind: "context", context: "c" }, (api) => agentPods(api, DEFAULT_SETTINGS.cilium));
    await assert.rejects(asking);
  });
});
