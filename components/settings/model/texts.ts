import { z } from "zod";

/** A text that a process can be given as an argument, and a terminal can show. */
export const line = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "has control characters in it");

/** The name of a Kubernetes object. */
export const objectName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "is no name of a Kubernetes object")
  .max(253);

/** The same type, with nothing in it that can be changed. */
export type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;
