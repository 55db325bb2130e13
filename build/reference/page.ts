import { stringify } from "yaml";
import type { Setting } from "./settings";

const CLUSTER = "cluster1";

const INTRODUCTION = `# Configuration

Written by \`npm run docs\` from [stacks/schema.ts](../../stacks/schema.ts): change it there.

A stack's settings are in \`stacks/Pulumi.<stack>.yaml\`, all under \`clustermesh:\`. A secret is set with \`pulumi config set --secret\`; the
file then holds it encrypted. An editor with the YAML language server checks such a file against
[configuration.schema.json](configuration.schema.json), with this first line:

\`\`\`yaml
# yaml-language-server: $schema=../docs/reference/configuration.schema.json
\`\`\`

A cluster's name, the key under \`clusters\`, follows Cilium's rule: lower case letters, digits and \`-\`, at most 32 characters, not \`default\`.`;

interface Section {
  readonly title: string;
  readonly text: string;
  readonly has: (setting: Setting) => boolean;
}

const SECTIONS: readonly Section[] = [
  {
    title: "A cluster",
    text: "What each cluster is in the mesh, and how it is reached.",
    has: ({ key }) => key.startsWith("clusters."),
  },
  {
    title: "The demo",
    text:
      "`protected-db` and two clients in one cluster, three clients in another, a policy that lets only employees in, and a global Service: " +
      "see [the demo](../guides/demo.md).",
    has: ({ key }) => key === "demo" || key.startsWith("demo."),
  },
  {
    title: "The mesh",
    text: "What holds for all clusters alike, and which part of the mesh the stack has.",
    has: ({ key, stacks }) => key === "authorityStack" || stacks.includes("authority"),
  },
  { title: "A stack", text: "How one stack works on its clusters.", has: () => true },
];

/** The order in which sections are read; the last one takes what no other has. */
const ORDER = ["A cluster", "The mesh", "A stack", "The demo"];

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

/** The setting as it is written down; nothing for a group. */
function example({ key, example: value, secret }: Setting): string | undefined {
  if (value === undefined && !secret) return undefined;
  const path = key.replace("<name>", CLUSTER).split(".");
  if (secret) {
    const list = key.endsWith(".trusted") ? "[0]" : "";
    return `\`pulumi config set --secret --path '${path.join(".")}${list}' < file\``;
  }
  const [top = "", ...rest] = path;
  const nested = rest.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  const yaml = stringify({ [`clustermesh:${top}`]: nested }, { collectionStyle: "flow", lineWidth: 0 }).trim();
  return `\`${yaml.replace(/^\{ |\ }$/g, "")}\``;
}

function paragraph(setting: Setting): string {
  const { key, type, required, stacks, secret, description } = setting;
  const fallback = setting.default === undefined ? "" : `, default ${code(setting.default)}`;
  const where = stacks.length === 1 ? [`In a mesh of several stacks: set in the ${stacks.join()} stack.`] : [];
  const shown = example(setting);
  return [
    `### \`${key}\``,
    description,
    [
      `${type[0]?.toUpperCase() ?? ""}${type.slice(1)}${secret ? ", secret" : ""}${required ? ", required" : fallback}.`,
      ...where,
      ...(shown === undefined ? [] : [`Example: ${shown}`]),
    ]
      .map((line) => `- ${line}`)
      .join("\n"),
  ].join("\n\n");
}

/** The reference page of the configuration, Markdown. */
export function page(settings: readonly Setting[]): string {
  const sectionOf = (setting: Setting) => SECTIONS.find(({ has }) => has(setting))?.title;
  const sections = ORDER.map((title) => {
    const text = SECTIONS.find((section) => section.title === title)?.text ?? "";
    const own = settings.filter((setting) => sectionOf(setting) === title);
    return [`## ${title}`, text, ...own.map(paragraph)].join("\n\n");
  });
  return [INTRODUCTION, ...sections].join("\n\n");
}
