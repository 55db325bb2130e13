import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

/** Serves the policies to the engine; a configuration can make each of them `advisory` or `disabled`. */
export const pack = new PolicyPack("cilium-clustermesh", { enforcementLevel: "mandatory", policies });
