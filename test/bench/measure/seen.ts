import { z } from "zod";
import { commandLineOf, lookAtSession, proportionalMiB, type ProcessLook } from "./processes";

/** What a process of the CLI's tree is there for. */
type Role = "cli" | "languageHost" | "program" | "provider" | "other";

/** What watching the tree of a CLI has shown. */
export const seenSchema = z.object({
  /** CPU seconds by who took them, as last seen. */
  cpu: z.object({
    cli: z.number(),
    languageHost: z.number(),
    program: z.number(),
    /** What the program has run: kubectl, for the checks of the live clusters. */
    ranByProgram: z.number(),
    providers: z.number(),
    /** What the plugins have run: the scripts of the commands, with their kubectl. */
    ranByProviders: z.number(),
  }),
  peakMiB: z.number(),
  peakProvidersMiB: z.number(),
  peakOutsideMiB: z.number(),
  /** How many plugin processes there were at once. */
  providers: z.number(),
});
export type Seen = z.infer<typeof seenSchema>;

const LOOKS_PER_COST = 10;

function roleOf(look: ProcessLook, leader: number, languageHosts: ReadonlySet<number>): Role {
  if (look.pid === leader) {
    return "cli";
  }
  if (look.parent === leader) {
    return commandLineOf(look.pid).includes("pulumi-language-") ? "languageHost" : "provider";
  }
  return languageHosts.has(look.parent) ? "program" : "other";
}

/** Watches the session that a CLI leads. Every look costs time of the machine, those at memory most: they are kept rare where they are dear. */
export class SessionWatch {
  private readonly cpu = new Map<number, { readonly role: Role; readonly look: ProcessLook }>();
  private peaks = { all: 0, providers: 0, outside: 0, count: 0 };
  private nextMemory = 0;

  constructor(private readonly leader: number) {}

  look(): void {
    const looks = lookAtSession(this.leader);
    const hosts = new Set([...this.cpu].flatMap(([pid, { role }]) => (role === "languageHost" ? [pid] : [])));
    for (const look of looks) {
      // A process between fork and exec has its parent's command line: what it is for is asked each time.
      this.cpu.set(look.pid, { role: roleOf(look, this.leader, hosts), look });
    }
    const begin = performance.now();
    if (begin >= this.nextMemory) {
      this.weigh(looks);
      const end = performance.now();
      this.nextMemory = end + (end - begin) * LOOKS_PER_COST;
    }
  }

  private weigh(looks: readonly ProcessLook[]): void {
    const isProvider = ({ pid }: ProcessLook) => this.cpu.get(pid)?.role === "provider";
    const sum = (some: readonly ProcessLook[]) => some.reduce((total, { pid }) => total + proportionalMiB(pid), 0);
    const plugins = looks.filter(isProvider);
    const providers = sum(plugins);
    const outside = sum(looks.filter((look) => !isProvider(look)));
    const { peaks } = this;
    this.peaks = {
      all: Math.max(peaks.all, providers + outside),
      providers: Math.max(peaks.providers, providers),
      outside: Math.max(peaks.outside, outside),
      count: Math.max(peaks.count, plugins.length),
    };
  }

  result(): Seen {
    const sum = (role: Role, part: "own" | "ended") =>
      [...this.cpu.values()].reduce((total, each) => total + (each.role === role ? each.look[part] : 0), 0);
    return {
      cpu: {
        cli: sum("cli", "own"),
        languageHost: sum("languageHost", "own"),
        program: sum("program", "own"),
        ranByProgram: sum("program", "ended"),
        providers: sum("provider", "own"),
        ranByProviders: sum("provider", "ended"),
      },
      peakMiB: this.peaks.all,
      peakProvidersMiB: this.peaks.providers,
      peakOutsideMiB: this.peaks.outside,
      providers: this.peaks.count,
    };
  }
}
