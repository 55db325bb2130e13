import type { Plugin } from "./pluginFolder";

/** Where a plugin of a run comes from, and what kept its release away. */
export type Origin =
  /** As its maker released it, in a folder of this machine. */
  | { readonly kind: "release"; readonly folder: string }
  /** The same program, built on this machine from its Go module. */
  | { readonly kind: "build"; readonly module: string; readonly reason: string }
  /** A program of these tests that answers as the plugin does. */
  | { readonly kind: "stand-in"; readonly reason: string };

/** What one plugin of a run is. */
export type InstalledPlugin = Plugin & Origin;

/** What the plugins of a run are. */
export type PluginReport = readonly InstalledPlugin[];

/** The day of a Go module without a tag, out of its pseudo-version. */
function dayOf(module: string): string | undefined {
  const [, year, month, day] = /[-.](\d{4})(\d\d)(\d\d)\d{6}-[0-9a-f]{12}$/.exec(module) ?? [];
  return year === undefined ? undefined : [year, month, day].join("-");
}

function described(origin: Origin): string {
  switch (origin.kind) {
    case "release":
      return "release";
    case "build": {
      const day = dayOf(origin.module);
      const of = day === undefined ? "" : ` of ${day}`;
      return `built from its Go module${of} (${origin.module}; the release ${origin.reason})`;
    }
    case "stand-in":
      return `stand-in (${origin.reason})`;
  }
}

/** One line that every result is to be printed with: which plugins it ran on. */
export function describePlugins(report: PluginReport): string {
  const groups = new Map<string, string[]>();
  for (const plugin of report) {
    const key = described(plugin);
    groups.set(key, [...(groups.get(key) ?? []), `${plugin.name} ${plugin.version}`]);
  }
  return `plugins: ${[...groups].map(([key, names]) => `${names.join(", ")}: ${key}`).join("; ")}`;
}
