import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import type { LabCluster } from "../../lab";
import { withoutDebugging } from "../support/events";
import { secretFiles } from "../support/kubernetes/clusterObjects";
import { kubeconfigOf } from "../support/kubernetes/kubeconfig";
import { filesOf, watchFiles, type FileWatch } from "../support/secrecy/fileWatch";
import { findLeaks, keyNeedles, keysIn, textNeedle, type Haystack, type Needle } from "../support/secrecy/needles";
import { watchProcesses, type ProcessWatch } from "../support/secrecy/processWatch";
import { killSession } from "../support/session";
import { meshConfig } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack, type Run } from "../support/stacks/pulumi";
import { waitUntil } from "../support/waitUntil";
import { engine, labClusters } from "./support/engine";
import { skip } from "../support/skip";

/** Unlike anything else on the machine. */
const PASSPHRASE = "passphrase-of-the-secrecy-test-5f0c";
const TOKEN = "t0ken-of-the-secrecy-test-8a7d31c2";
/** A cluster's kubeconfig with a token beside the client's key; kubectl sends both. */
const withToken = (cluster: LabCluster): string => kubeconfigOf(cluster, { user: (own) => ({ ...own, token: TOKEN }) });
const PEERS = "cilium-clustermesh";
/** How Pulumi's language host starts a program. */
const PROGRAM = "@pulumi/pulumi/cmd/run";
const PASSPHRASE_VARIABLE = "PULUMI_CONFIG_PASSPHRASE";

describe("secrets in a whole life of a stack", function () {
  this.timeout("8m");
  /** Where the test keeps what it collects; and, below it, what the CLI and all that it starts have for TMPDIR. */
  let folder: string;
  let temporary: string;
  let clusters: readonly LabCluster[];
  let processes: ProcessWatch;
  let written: FileWatch;
  let checkedOut: FileWatch;
  const printed: Haystack[] = [];
  const needles: Needle[] = [];

  before(async function () {
    if (process.platform !== "linux") {
      skip(this, "arguments, environments and open files of other processes are read from /proc");
    }
    clusters = await labClusters(2);
    folder = mkdtempSync(join(tmpdir(), "clustermesh-secrecy-"));
    temporary = join(folder, "tmp");
    mkdirSync(temporary);
    const { checkout } = (await engine()).workstation;
    processes = watchProcesses(temporary);
    written = watchFiles(temporary);
    checkedOut = watchFiles(checkout.dir, ["node_modules", "components"]);
  });

  after(() => {
    processes.stop();
    written.stop();
    checkedOut.stop();
    rmSync(folder, { recursive: true });
  });

  async function stackNamed(name: string): Promise<PulumiStack> {
    const env = { TMPDIR: temporary, [PASSPHRASE_VARIABLE]: PASSPHRASE };
    return (await engine()).workstation.stack(name, undefined, env);
  }

  async function configure(stack: PulumiStack, config: Readonly<Record<string, unknown>>, adopt: boolean) {
    const members = config["clusters"] as Readonly<Record<string, object>>;
    const withoutContexts = Object.entries(members).map(([name, each]) => [name, { ...each, context: undefined }]);
    await stack.configure({ ...config, clusters: Object.fromEntries(withoutContexts) as unknown });
    for (const cluster of clusters) {
      await stack.setSecret(`clusters.${cluster.name}.kubeconfig`, withToken(cluster));
      if (adopt) {
        const { caFile, caKeyFile } = cluster.ciliumEtcd;
        await stack.setSecret(`clusters.${cluster.name}.etcd.ca.certificate`, readFileSync(caFile, "utf8"));
        await stack.setSecret(`clusters.${cluster.name}.etcd.ca.privateKey`, readFileSync(caKeyFile, "utf8"));
      }
    }
  }

  /** Runs an operation in a session of its own, which is watched, and keeps all that it prints and logs. */
  async function watched(stack: PulumiStack, operation: string, ...flags: string[]): Promise<Run> {
    const log = join(folder, "events.json");
    const started = stack.start(operation, ["--event-log", log, ...flags], { detached: true });
    processes.add(started.process.pid ?? 0);
    const run = await started.ended;
    const place = `${operation} ${flags.join(" ")}`;
    printed.push({ place: `output of ${place}`, content: run.text });
    printed.push({ place: `event log of ${place}`, content: withoutDebugging(readFileSync(log, "utf8")) });
    rmSync(log);
    return succeeded(run);
  }

  const YES = ["--yes", "--skip-preview"];

  async function statement(stack: PulumiStack): Promise<void> {
    printed.push({ place: "stack export", content: await stack.export() });
    printed.push({ place: "stack output", content: JSON.stringify(await stack.outputs()) });
  }

  /** Every key that the stack has made or was given, and the cluster has. */
  async function learnKeys(stack: PulumiStack, ...names: readonly string[]): Promise<void> {
    const inState = keysIn(JSON.parse(await stack.exportOpen()));
    const secrets = await Promise.all(clusters.flatMap((each) => names.map((name) => secretFiles(each, name))));
    const inClusters = keysIn(secrets);
    assert.ok(inState.length >= 4, `${String(inState.length)} keys in the state`);
    assert.ok(inClusters.length >= 2, `${String(inClusters.length)} keys in the clusters`);
    needles.push(...keyNeedles(stack.name, [...inState, ...inClusters]));
  }

  it("go through: preview, up, nothing to do, another endpoint, refresh, destroy", async () => {
    const stack = await stackNamed("secrecy");
    const config = meshConfig(clusters, { authority: "adopted" });
    await stack.init(config);
    await configure(stack, config, true);
    await watched(stack, "preview", "--diff");
    await watched(stack, "up", ...YES);
    await statement(stack);
    await learnKeys(stack, PEERS);
    await watched(stack, "up", ...YES, "--expect-no-changes");
    const [first] = clusters;
    assert.ok(first);
    const members = config["clusters"] as Readonly<Record<string, object>>;
    const etcd = { endpoints: ["https://127.0.0.78:2379", first.ciliumEtcd.endpoint] };
    const moved = { ...config, clusters: { ...members, [first.name]: { ...members[first.name], etcd } } };
    await configure(stack, moved, true);
    await watched(stack, "preview", "--diff");
    await watched(stack, "up", ...YES);
    await watched(stack, "refresh", ...YES);
    await statement(stack);
    await watched(stack, "destroy", ...YES);
    await statement(stack);
  });

  it("go through: a CA of the mesh's own, an up that is killed, another one, destroy", async () => {
    const stack = await stackNamed("secrecy-generated");
    const config = meshConfig(clusters);
    await stack.init(config);
    await configure(stack, config, false);
    const { process: cli, ended } = stack.start("up", YES, { detached: true });
    const { pid } = cli;
    assert.ok(pid !== undefined);
    processes.add(pid);
    const own = watchProcesses(temporary);
    own.add(pid);
    const reading = waitUntil("a command has a kubeconfig open", 120, () =>
      Promise.resolve(own.nameless().some(({ by }) => by.includes("command/run.cjs cluster"))),
    );
    await Promise.race([reading, ended.then((run) => assert.fail(`up ended before it was killed:\n${run.text}`))]);
    await killSession(pid);
    own.stop();
    printed.push({ place: "output of an up that was killed", content: (await ended).text });
    await stack.cancel();
    await watched(stack, "up", ...YES);
    await statement(stack);
    await learnKeys(stack, PEERS, "clustermesh-etcd-server");
    await watched(stack, "destroy", ...YES);
  });

  /** What nobody may see. */
  function secrets(): readonly Needle[] {
    const kubeconfigs = clusters.map((each) => withToken(each));
    const inKubeconfigs = kubeconfigs.flatMap((each) => keysIn(JSON.parse(each)));
    const authorities = clusters.map(({ ciliumEtcd }) => readFileSync(ciliumEtcd.caKeyFile, "utf8"));
    assert.equal(inKubeconfigs.length, clusters.length);
    return [
      ...needles,
      ...keyNeedles("the CAs", authorities),
      ...keyNeedles("the kubeconfigs", inKubeconfigs),
      textNeedle("token of the kubeconfigs", TOKEN),
      textNeedle("passphrase", PASSPHRASE),
    ];
  }

  it("are in nothing that is printed or logged, in no export and no output", () => {
    assert.deepEqual(findLeaks(secrets(), printed), []);
  });

  it("are in no argument of any process", () => {
    assert.deepEqual(findLeaks(secrets(), processes.argumentsSeen()), []);
  });

  it("are in no environment but Pulumi's own: the passphrase in all but kubectl's, the configuration in the program's", () => {
    const without = processes.environmentsSeen().map(({ place, content }) => {
      const fix = [
        ...(/^environment of kubectl /.test(place) ? [] : [PASSPHRASE_VARIABLE]),
        ...(place.includes(PROGRAM) ? ["PULUMI_CONFIG"] : []),
      ];
      const variables = content.split("\0").filter((each) => !fix.includes(each.split("=")[0] ?? ""));
      return { place, content: variables.join("\0") };
    });
    assert.ok(
      without.some(({ place }) => place.includes(PROGRAM)) && without.some(({ place }) => place.includes("kubectl ")),
    );
    assert.deepEqual(findLeaks(secrets(), without), []);
  });

  /** Of a kubeconfig that is given as content, the kubernetes plugin makes a file for Helm, in each of its processes. */
  const isPluginsCopy = ({ place }: Haystack): boolean =>
    dirname(place) === temporary && /^kubeconfig\d+$/.test(basename(place));

  it("are in no file: of the state, the checkout, or among the temporary ones but the kubernetes plugin's own", async () => {
    const { checkout, stateDir } = (await engine()).workstation;
    const state = filesOf(stateDir);
    const stackFiles = filesOf(join(checkout.dir, "stacks"));
    assert.ok(
      state.some(({ place }) => place.includes("secrecy")) && stackFiles.some(({ place }) => place.includes("secrecy")),
    );
    const others = written.seen().filter((file) => !isPluginsCopy(file));
    assert.ok(others.length > 0);
    assert.deepEqual(findLeaks(secrets(), [...state, ...stackFiles, ...others, ...checkedOut.seen()]), []);
  });

  it("are left by the kubernetes plugin in copies of the kubeconfigs alone, which nobody else can read", () => {
    const copies = written.seen().filter((file) => isPluginsCopy(file) && file.content !== "");
    assert.ok(copies.length > 0, "a plugin that leaves none: say so in SECURITY.md");
    const given = clusters.map((each) => JSON.parse(withToken(each)) as { readonly users: unknown });
    for (const { mode, content } of copies) {
      const { kind, users } = parse(content) as { readonly kind: unknown; readonly users: unknown };
      assert.deepEqual([mode, kind], [0o600, "Config"]);
      assert.ok(given.some((each) => isDeepStrictEqual(each.users, users)));
    }
  });

  it("are in files without a name alone, which nobody else can read, and which go with their processes", () => {
    const files = processes.nameless();
    assert.ok(
      files.some(({ content }) => content.includes(TOKEN)),
      "no kubeconfig was seen in use",
    );
    for (const { mode, links } of files) {
      assert.deepEqual([mode, links], [0o600, 0]);
    }
    const own = readdirSync(temporary).filter((name) => name.startsWith("clustermesh-"));
    assert.deepEqual(own, []);
  });

  it("would be found, wherever they were", async () => {
    const [needle] = secrets();
    const planted = secrets().find(({ what }) => what === "key 0 of the CAs");
    assert.ok(needle && planted);
    const pem = readFileSync(clusters[0]?.ciliumEtcd.caKeyFile ?? "", "utf8");
    const argument = Buffer.from(`x${pem}`).toString("base64");
    const script = "setTimeout(() => {}, 60000)";
    const child = spawn(process.execPath, ["-e", script, argument], {
      detached: true,
      env: { ...process.env, PLANTED: JSON.stringify({ pem }) },
    });
    const { pid } = child;
    assert.ok(pid !== undefined);
    writeFileSync(join(temporary, "planted"), `{"key":"${Buffer.from(`  ${pem}`).toString("base64")}"}`);
    processes.add(pid);
    const leaksIn = (seen: readonly Haystack[]) => findLeaks([planted], seen).length;
    await waitUntil("the planted keys are found", 20, () =>
      Promise.resolve(
        leaksIn(processes.argumentsSeen()) > 0 &&
          leaksIn(processes.environmentsSeen()) > 0 &&
          leaksIn(written.seen()) > 0,
      ),
    );
    await killSession(pid);
    assert.equal(leaksIn([{ place: "output", content: JSON.stringify(pem) }]), 1);
  });

  it("were looked for in more than a little", () => {
    const seen = [...printed, ...processes.argumentsSeen(), ...processes.environmentsSeen(), ...written.seen()];
    const bytes = [...seen, ...checkedOut.seen()].reduce((sum, { content }) => sum + content.length, 0);
    const figures = {
      secrets: secrets().length,
      forms: secrets().reduce((sum, { forms }) => sum + forms.length, 0),
      processes: processes.processes(),
      samples: processes.samples(),
      commands: processes.argumentsSeen().length,
      environments: processes.environmentsSeen().length,
      kubeconfigsInUse: processes.nameless().length,
      temporaryFiles: written.seen().length,
      mebibytes: Math.round(bytes / 2 ** 20),
    };
    process.stderr.write(`    secrecy: ${JSON.stringify(figures)}\n`);
    assert.ok(figures.processes > 50 && figures.commands > 20, JSON.stringify(figures));
    assert.ok(
      processes.argumentsSeen().some(({ content }) => content.startsWith("kubectl --kubeconfig=/proc/self/fd/3")),
    );
  });
});
