import type { StackAuthorities } from "../stackAuthorities";
import { authorities } from "./authorities";
import { endpoints } from "./endpoints";
import type { Fault } from "./fault";
import { form } from "./form";
import { identity } from "./identity";
import { ranges } from "./ranges";
import { settings } from "./settings";

export type { ExpectedLine, Fault } from "./fault";

/** All ways to get a configuration wrong that are known here. */
export function faults(minted: StackAuthorities): readonly Fault[] {
  return [...identity, ...ranges, ...endpoints, ...form, ...authorities(minted), ...settings];
}
