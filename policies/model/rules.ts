import { certificateLifetime, keyStrength } from "./certificates";
import { meshNamespaces, mutableSecret } from "./objects";
import { explicitProvider, providerSettings } from "./providers";
import type { Rule } from "./rule";

/** Every rule of the pack. */
export const RULES: readonly Rule[] = [
  explicitProvider,
  providerSettings,
  certificateLifetime,
  keyStrength,
  meshNamespaces,
  mutableSecret,
];
