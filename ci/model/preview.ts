import { z } from "zod";

const change = z.object({
  path: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
});

/** A property that changes, where no secret is in it. */
export type Change = z.infer<typeof change>;

const step = z.object({
  op: z.enum(["create", "update", "replace", "delete", "import", "read", "other"]),
  type: z.string(),
  name: z.string(),
  /** The cluster of the mesh that it belongs to. */
  cluster: z.string().optional(),
  changes: z.array(change),
  /** Properties that change and are not shown: there are secrets in them. */
  secrets: z.int(),
});

/** What a preview would do with one resource. */
export type Step = z.infer<typeof step>;

const finding = z.object({
  severity: z.enum(["error", "warning", "info"]),
  /** A policy that changes its meaning, something that nobody has looked at, or how many agents of a cluster roll. */
  about: z.enum(["policy", "notLookedAt", "agents", "other"]),
  cluster: z.string().optional(),
  text: z.string(),
});

/** A line that the program has said of the mesh. */
export type Finding = z.infer<typeof finding>;

/** What became of one stack's preview: what its job hands over to the one that writes the comment. */
export const previewSchema = z.object({
  stack: z.string(),
  /** Against what it ran, and why. */
  conditions: z.string(),
  /** On paper no cluster was asked. */
  onPaper: z.boolean(),
  outcome: z.enum(["succeeded", "failed", "skipped"]),
  steps: z.array(step),
  findings: z.array(finding),
  /** Steps beyond those that are listed. */
  stepsLeft: z.int().default(0),
  /** Findings beyond those that are listed: the least important ones. */
  findingsLeft: z.int().default(0),
});
export type Preview = z.infer<typeof previewSchema>;
