import { spawn } from "node:child_process";
import { cp, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { commandsOf } from "../../support/docs/commands";
import { engine } from "./engine";

const ROOT = resolve(__dirname, "..", "..", "..");
/** What of the documentation is read by commands. */
const PERMISSIONS = join("docs", "permissions");

/** The repository is there and installed. */
const IS_DONE = /^npm ci\b.*$/m;

/** What a reader has on the screen. */
export interface Shown {
  readonly code: number;
  readonly text: string;
}

/** Who pastes blocks of the documentation into a shell, in a clone of the repository. */
export class Reader {
  private constructor(
    private readonly dir: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @param kubeconfig A file, with the contexts of the configuration; its current one is kubectl's. */
  static async start(kubeconfig: string): Promise<Reader> {
    const { lab, workstation } = await engine();
    const { dir } = workstation.checkout;
    await cp(join(ROOT, PERMISSIONS), join(dir, PERMISSIONS), { recursive: true });
    return new Reader(dir, {
      ...workstation.environment,
      HOME: process.env["HOME"],
      TMPDIR: dirname(workstation.stateDir),
      PATH: [lab.bin.dir, dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
      KUBECONFIG: kubeconfig,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // A person would say yes.
      PULUMI_SKIP_CONFIRMATIONS: "true",
    });
  }

  /** Puts a file beside the repository's, such as one that a block reads. */
  async put(file: string, text: string): Promise<void> {
    await writeFile(join(this.dir, file), text, { mode: 0o600 });
  }

  /** Pastes a block, with what a reader replaces in it. @throws Error when a command of it fails. */
  async paste(page: string, number: number, replace: Readonly<Record<string, string>> = {}): Promise<string> {
    const block = commandsOf(page)[number - 1];
    if (block === undefined) throw new Error(`${page} has no block ${String(number)}`);
    const filled = Object.entries(replace).reduce((text, [from, to]) => text.replaceAll(from, to), block.text);
    return this.type(filled.replace(IS_DONE, ""));
  }

  /** Runs commands of a reader's own. @throws Error when one of them fails. */
  async type(script: string): Promise<string> {
    const { code, text } = await this.run(script);
    if (code !== 0) throw new Error(`ended with ${String(code)}:\n${script}\n${text}`);
    return text;
  }

  private run(script: string): Promise<Shown> {
    return new Promise((resolve, reject) => {
      const shell = spawn("bash", ["-e", "-o", "pipefail", "-c", script], {
        ...{ cwd: this.dir, env: this.env, stdio: ["ignore", "pipe", "pipe"] },
      });
      const chunks: Buffer[] = [];
      shell.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
      shell.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
      shell.on("error", reject);
      shell.on("close", (code) => {
        resolve({ code: code ?? -1, text: Buffer.concat(chunks).toString() });
      });
    });
  }
}
