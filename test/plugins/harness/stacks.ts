import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { up } from "../../../lab";
import { PLUGIN_LAB } from "./lab";
import { installPlugins } from "../install";
import { describePlugins } from "../pluginReport";

/** A Pulumi home of its own with the plugins in it, state in files, secrets by passphrase. */
export class Stacks {
  private constructor(
    readonly home: string,
    /** The kubeconfig of the lab of the plugin tests. */
    readonly kubeconfig: string,
    /** What the stacks run on, in one line. */
    readonly plugins: string,
  ) {}

  static async open(): Promise<Stacks> {
    const lab = await up({ name: PLUGIN_LAB, clusters: 1 });
    const home = await mkdtemp(join(tmpdir(), "engine-"));
    // The Automation API looks for the CLI in a folder bin/.
    await symlink(lab.bin.dir, join(home, "bin"));
    return new Stacks(home, lab.kubeconfig, describePlugins(await installPlugins(home, { pulumi: lab.bin.pulumi })));
  }

  async close(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }

  /** A stack, or the same one with another program. */
  async stack(stackName: string, program: PulumiFn): Promise<Stack> {
    return LocalWorkspace.createOrSelectStack(
      { stackName, projectName: "plugins", program },
      {
        pulumiHome: this.home,
        pulumiCommand: await PulumiCommand.get({ root: this.home, skipVersionCheck: true }),
        envVars: {
          PULUMI_BACKEND_URL: `file://${this.home}`,
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
  }
}
