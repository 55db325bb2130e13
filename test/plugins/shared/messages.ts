import * as pb from "@pulumi/pulumi/proto/provider_pb";
import type * as api from "./provider";
import { fromStruct, toStruct } from "./wire";

const KINDS: Readonly<Record<api.PropertyDiff["kind"], readonly [pb.PropertyDiff.Kind, pb.PropertyDiff.Kind]>> = {
  add: [pb.PropertyDiff.Kind.ADD, pb.PropertyDiff.Kind.ADD_REPLACE],
  delete: [pb.PropertyDiff.Kind.DELETE, pb.PropertyDiff.Kind.DELETE_REPLACE],
  update: [pb.PropertyDiff.Kind.UPDATE, pb.PropertyDiff.Kind.UPDATE_REPLACE],
};

export function checkRequest(message: pb.CheckRequest) {
  return { urn: message.getUrn(), olds: fromStruct(message.getOlds()), news: fromStruct(message.getNews()) };
}

export function checkResponse(result: api.CheckResponse): pb.CheckResponse {
  const message = new pb.CheckResponse();
  message.setInputs(toStruct(result.inputs));
  for (const failure of result.failures ?? []) {
    const item = new pb.CheckFailure();
    item.setProperty(failure.property);
    item.setReason(failure.reason);
    message.addFailures(item);
  }
  return message;
}

export function diffRequest(message: pb.DiffRequest) {
  return {
    urn: message.getUrn(),
    olds: fromStruct(message.getOlds()),
    oldInputs: fromStruct(message.getOldInputs()),
    news: fromStruct(message.getNews()),
    ignoreChanges: message.getIgnorechangesList(),
  };
}

export function diffResponse(differences: api.Differences): pb.DiffResponse {
  const message = new pb.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
  message.setChanges(differences.size > 0 ? DIFF_SOME : DIFF_NONE);
  message.setHasdetaileddiff(differences.size > 0);
  for (const [path, diff] of differences) {
    const item = new pb.PropertyDiff();
    item.setKind(KINDS[diff.kind][diff.replace ? 1 : 0]);
    item.setInputdiff(diff.input);
    message.getDetaileddiffMap().set(path, item);
    message.addDiffs(path);
    if (diff.replace) message.addReplaces(path);
  }
  return message;
}

export function createRequest(message: pb.CreateRequest) {
  return { urn: message.getUrn(), inputs: fromStruct(message.getProperties()), preview: message.getPreview() };
}

export function createResponse(result: api.CreateResponse): pb.CreateResponse {
  const message = new pb.CreateResponse();
  message.setId(result.id);
  message.setProperties(toStruct(result.state));
  return message;
}

export function readRequest(message: pb.ReadRequest) {
  return {
    id: message.getId(),
    urn: message.getUrn(),
    inputs: fromStruct(message.getInputs()),
    state: fromStruct(message.getProperties()),
  };
}

export function readResponse(result: api.ReadResponse): pb.ReadResponse {
  const message = new pb.ReadResponse();
  if (result.id === "") return message;
  message.setId(result.id);
  message.setInputs(toStruct(result.inputs));
  message.setProperties(toStruct(result.state));
  return message;
}

export function updateRequest(message: pb.UpdateRequest) {
  return {
    urn: message.getUrn(),
    olds: fromStruct(message.getOlds()),
    news: fromStruct(message.getNews()),
    preview: message.getPreview(),
  };
}

export function deleteRequest(message: pb.DeleteRequest) {
  return { urn: message.getUrn(), state: fromStruct(message.getProperties()) };
}
