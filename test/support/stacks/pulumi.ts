import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPlugins } from "../../plugins/install";
import type { PluginReport } from "../../plugins/pluginReport";
import { readEvents, stepsOf, type Step } from "../events";
import { makeCheckout, type Checkout } from "./checkout";
import { hasEmptyAttributes, removeEmptyAttributes } from "./fileBackend";

/** How a run of the CLI ended. */
export interface Run {
  readonly code: number;
  /** Everything the user saw. */
  readonly text: string;
  readonly steps: readonly Step[];
}

/** A user's machine: the CLI, a home with plugins, a file backend, a checkout. */
export interface Workstation {
  readonly checkout: Checkout;
  readonly plugins: PluginReport;
  readonly stateDir: string;
  /** What a shell needs to drive the stacks by hand. */
  readonly environment: Readonly<Record<string, string>>;
  /** A stack; `watch` is given what the CLI prints, as it prints it. Its environment may have more than this one's. */
  stack(name: string, watch?: (chunk: Buffer) => void, env?: Readonly<Record<string, string>>): PulumiStack;
  /** A stack of a program that uses the library, in a checkout of its own. Its environment may have more than this one's. */
  stackOf(program: string, name: string, env?: Readonly<Record<string, string>>): Promise<PulumiStack>;
  /** Runs what people look at a mesh with, as `npm run` does. */
  look(program: "status" | "show" | "diagnose", ...args: readonly string[]): Promise<Run>;
  remove(): Promise<void>;
}

/** What a workstation needs of the lab. */
export interface WorkstationTools {
  readonly pulumi: string;
  /** Folder with kubectl and the language host. */
  readonly bin: string;
  readonly kubeconfig: string;
  /** Hears of a plugin that has to be built first. */
  readonly log: (line: string) => void;
}

/** An operation under way. */
interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Run>;
}

const PASSPHRASE = "engine-level";

/** How a process ends, and what it printed. */
function runOf(child: ChildProcessWithoutNullStreams): Promise<Run> {
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? -1, text: Buffer.concat(chunks).toString(), steps: [] });
    });
  });
}

/** Sets up a workstation in a folder of its own. */
export async function makeWorkstation(tools: WorkstationTools): Promise<Workstation> {
  const home = await mkdtemp(join(tmpdir(), "clustermesh-home-"));
  const stateDir = join(home, "state");
  // The kubernetes plugin leaves a copy of each kubeconfig among the temporary files.
  const temporary = join(home, "tmp");
  await Promise.all([mkdir(stateDir), mkdir(temporary, { mode: 0o700 })]);
  const { pulumi, log } = tools;
  const [checkout, plugins] = await Promise.all([makeCheckout(), installPlugins(home, { pulumi, log })]);
  const environment = {
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${stateDir}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
  };
  const env = {
    ...process.env,
    ...environment,
    PATH: `${tools.bin}:${process.env["PATH"] ?? ""}`,
    KUBECONFIG: tools.kubeconfig,
    TMPDIR: temporary,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_COMMANDS: "true",
  };
  const checkouts = [checkout];
  return {
    checkout,
    plugins,
    stateDir,
    environment,
    stack: (name, watch, more) => new PulumiStack(name, tools.pulumi, checkout, stateDir, { ...env, ...more }, watch),
    stackOf: async (program, name, more) => {
      const own = await makeCheckout(program);
      checkouts.push(own);
      return new PulumiStack(name, tools.pulumi, own, stateDir, { ...env, ...more });
    },
    look: (program, ...args) =>
      runOf(spawn("node", ["--import=tsx", `look/${program}.ts`, ...args], { cwd: checkout.dir, env })),
    remove: async () => {
      await Promise.all([...checkouts.map((each) => each.remove()), rm(home, { recursive: true, force: true })]);
    },
  };
}

/** A stack, driven by the real CLI as a user would. */
export class PulumiStack {
  constructor(
    readonly name: string,
    private readonly cli: string,
    private readonly checkout: Checkout,
    private readonly stateDir: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly watch: (chunk: Buffer) => void = () => undefined,
  ) {}

  /** Makes the stack with its configuration. */
  async init(config: Readonly<Record<string, unknown>>): Promise<void> {
    await this.must(["stack", "init", this.name]);
    await this.configure(config);
  }

  /** Replaces the configuration. */
  async configure(config: Readonly<Record<string, unknown>>): Promise<void> {
    const file = join(this.checkout.dir, "stacks", `Pulumi.${this.name}.yaml`);
    const encryption = (await readFile(file, "utf8")).split("\n").find((line) => line.startsWith("encryptionsalt:"));
    await this.checkout.writeConfig(this.name, config, encryption);
  }

  /** Sets one value. */
  async setPlain(key: string, value: string): Promise<void> {
    await this.must(["config", "set", `clustermesh:${key}`, value, "--stack", this.name]);
  }

  /** Sets one value as a secret, as `pulumi config set --secret --path` does. */
  async setSecret(path: string, value: string): Promise<void> {
    await this.must(["config", "set", "--secret", "--path", `clustermesh:${path}`, "--stack", this.name], value);
  }

  preview(...flags: string[]): Promise<Run> {
    return this.operation("preview", flags);
  }

  up(...flags: string[]): Promise<Run> {
    return this.operation("up", ["--yes", "--skip-preview", ...flags]);
  }

  refresh(...flags: string[]): Promise<Run> {
    return this.operation("refresh", ["--yes", "--skip-preview", ...flags]);
  }

  destroy(...flags: string[]): Promise<Run> {
    return this.operation("destroy", ["--yes", "--skip-preview", ...flags]);
  }

  /** The stack's outputs; secrets stay hidden. */
  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse((await this.must(["stack", "output", "--json", "--stack", this.name])).text) as Record<
      string,
      unknown
    >;
  }

  /** The state as `pulumi stack export` prints it. */
  async export(): Promise<string> {
    return (await this.must(["stack", "export", "--stack", this.name])).text;
  }

  /** The state with its secrets in the clear. */
  async exportOpen(): Promise<string> {
    return (await this.must(["stack", "export", "--show-secrets", "--stack", this.name])).text;
  }

  /** Puts another state in place of this one. */
  async replaceState(exported: string): Promise<void> {
    await this.must(["stack", "import", "--stack", this.name], exported);
  }

  /**
   * After a kill: makes the state readable again, and gives up the lock of the run that is gone.
   *
   * @returns Whether the state could not be read before.
   */
  async cancel(): Promise<boolean> {
    const unread = await removeEmptyAttributes(this.stateDir, this.name);
    await this.must(["cancel", "--yes", "--stack", this.name]);
    return unread;
  }

  /** Whether a run is writing the state's attributes just now: until it has, nobody else can read the state. */
  isBeingWritten(): Promise<boolean> {
    return hasEmptyAttributes(this.stateDir, this.name);
  }

  /** Begins an operation and hands over its process; `detached`: one that begins a session, which no Ctrl-C of the terminal reaches. */
  start(operation: string, flags: readonly string[], options: { readonly detached?: boolean } = {}): Started {
    const started = this.spawn([operation, "--stack", this.name, ...flags], undefined, options);
    started.process.stdout?.on("data", this.watch);
    started.process.stderr?.on("data", this.watch);
    return started;
  }

  private async operation(name: string, flags: readonly string[]): Promise<Run> {
    const folder = await mkdtemp(join(tmpdir(), "clustermesh-events-"));
    const log = join(folder, "events.json");
    try {
      const run = await this.start(name, ["--event-log", log, ...flags]).ended;
      const events = await readFile(log, "utf8").catch(() => "");
      return { ...run, steps: stepsOf(readEvents(events)) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async must(args: readonly string[], stdin?: string): Promise<Run> {
    const run = await this.spawn(args, stdin).ended;
    if (run.code !== 0) {
      throw new Error(`pulumi ${args.join(" ")} ended with ${String(run.code)}:\n${run.text}`);
    }
    return run;
  }

  private spawn(
    args: readonly string[],
    stdin?: string,
    { detached = false }: { readonly detached?: boolean } = {},
  ): Started {
    const child = spawn(this.cli, [...args, "--non-interactive", "--color=never"], {
      cwd: this.checkout.dir,
      env: this.env,
      stdio: ["pipe", "pipe", "pipe"],
      detached,
    });
    const ended = runOf(child);
    child.stdin.end(stdin ?? "");
    return { process: child, ended };
  }
}

/** The run, when it succeeded; otherwise what the user saw. */
export function succeeded(run: Run): Run {
  if (run.code !== 0) {
    throw new Error(`pulumi ended with ${String(run.code)}:\n${run.text}`);
  }
  return run;
}
