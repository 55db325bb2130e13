import { z } from "zod";
import { isObject } from "../../basics/model/json";

const managedFields = z.array(
  z.object({
    manager: z.string().optional(),
    operation: z.string().optional(),
    time: z.string().optional(),
    fieldsV1: z.unknown().optional(),
  }),
);

const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({ configMapKeyRef: z.object({ name: z.string().optional(), key: z.string() }).optional() })
    .nullish(),
});

const named = z.object({ name: z.string().optional() });

const variables = z.object({
  prefix: z.string().optional(),
  configMapRef: named.nullish(),
  secretRef: named.nullish(),
});

const mount = z.object({
  name: z.string(),
  mountPath: z.string(),
  subPath: z.string().optional(),
  subPathExpr: z.string().optional(),
});

const container = z.object({
  name: z.string().optional(),
  image: z.string().optional(),
  env: z.array(variable).nullish(),
  envFrom: z.array(variables).nullish(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  volumeMounts: z.array(mount).nullish(),
  ports: z.array(z.object({ hostPort: z.int().optional() })).nullish(),
});

/** With `items` only those keys become files, and peers would not be among them. */
const items = z.array(z.unknown()).nullish();

const configMap = z.object({ name: z.string().optional(), optional: z.boolean().nullish() });

const source = z.object({
  secret: z.object({ name: z.string().optional(), items }).optional(),
  configMap: configMap.optional(),
});

const volume = z.object({
  name: z.string(),
  secret: z.object({ secretName: z.string().optional(), items }).optional(),
  configMap: configMap.optional(),
  projected: z.object({ sources: z.array(source).nullish() }).optional(),
});

const podSpec = z.object({
  initContainers: z.array(container).nullish(),
  containers: z.array(container).optional(),
  hostNetwork: z.boolean().optional(),
  volumes: z.array(volume).nullish(),
});

const share = z.union([z.int(), z.string()]).optional();

const updateStrategy = z.object({
  type: z.string().optional(),
  rollingUpdate: z.object({ maxUnavailable: share, maxSurge: share }).nullish(),
});

/** As it is: a record of zod's has no `__proto__`, which is a legal key of a Secret. */
const texts = z.custom<Readonly<Record<string, string>>>(
  (value) => isObject(value) && Object.values(value).every((each) => typeof each === "string"),
);

const object = z.object({
  apiVersion: z.string().optional(),
  kind: z.string(),
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
    resourceVersion: z.string().optional(),
    generation: z.number().default(0),
    annotations: z.record(z.string(), z.string()).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    managedFields: managedFields.optional(),
  }),
  data: texts.optional(),
  spec: z
    .object({
      nodeName: z.string().optional(),
      containers: z.array(container).optional(),
      updateStrategy: updateStrategy.nullish(),
      template: z
        .object({
          metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
          spec: podSpec,
        })
        .optional(),
    })
    .loose()
    .optional(),
  status: z
    .object({
      hostIP: z.string().optional(),
      hostIPs: z.array(z.object({ ip: z.string() })).nullish(),
      desiredNumberScheduled: z.int().optional(),
    })
    .loose()
    .optional(),
});

const list = z.object({ items: z.array(object) });

/** An object as `kubectl get -o json` prints it, as far as anything here depends on it. */
export type LiveObject = z.infer<typeof object>;

/** Reads `kubectl get … -o json`: the objects a cluster has of those that were asked for. */
export const parseList = (json: string): readonly LiveObject[] => list.parse(JSON.parse(json)).items;

/** Reads one object as `kubectl get -o json --ignore-not-found` prints it; `undefined` where there is none. */
export function parseObject(json: string): LiveObject | undefined {
  return json.trim() === "" ? undefined : object.parse(JSON.parse(json));
}

/** A container of a pod, as far as anything here depends on it. */
export type LiveContainer = z.infer<typeof container>;
