// Checks that a schema is valid, and follows the rules that front ends rely on.
// Prints {"types": <count>, "faults": [<text>, …]}.
//
//   node schema.mjs <schema file>
import { readFileSync } from "node:fs";
import {
  buildSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  isUnionType,
  validateSchema,
} from "graphql";
import { command } from "./command.mjs";

// All other enums mirror imin's vocabularies, which may grow without notice.
const ENUMS_OF_OUR_OWN = [
  "CancellationState",
  "ChangeCode",
  "CustomerAccountField",
  "ErrorCode",
  "ImageFormat",
  "OpportunityType",
];
// Not possible as names of fields in Swift and its code generators.
const FORBIDDEN_NAMES = ["self", "Type"];
const WINDOW = { first: "Int", after: "String", last: "Int", before: "String" };
const ERROR = { code: "ErrorCode!", message: "String!" };
const PAGE_INFO = {
  hasNextPage: "Boolean!",
  hasPreviousPage: "Boolean!",
  startCursor: "String",
  endCursor: "String",
};

await command("<schema>", (file) => {
  const schema = buildSchema(readFileSync(file, "utf-8"));
  const types = Object.values(schema.getTypeMap()).filter(isOurs);
  const faults = [
    ...validateSchema(schema).map((error) => error.message),
    ...undescribed(schema, types),
    ...types.flatMap(ofNames),
    ...types.flatMap(ofScalarsAndEnums),
    ...types.flatMap((type) => ofSharedFields(schema, type)),
    ...types.flatMap((type) => ofErrors(schema, type)),
    ...ofMutations(schema),
    ...ofNodes(schema),
    ...types.flatMap((type) => ofConnections(schema, type)),
  ];
  return { types: types.length, faults };
});

function isOurs(type) {
  return !isIntrospectionType(type) && !isSpecifiedScalarType(type);
}

function fieldsOf(type) {
  return type && "getFields" in type ? Object.values(type.getFields()) : [];
}

/** Every type, field, argument, enum value and directive has a description: the schema is the manual. */
function undescribed(schema, types) {
  const described = [];
  const add = (path, thing) => described.push([path, thing.description]);
  for (const type of types) {
    add(type.name, type);
    for (const value of isEnumType(type) ? type.getValues() : []) add(`${type.name}.${value.name}`, value);
    for (const field of fieldsOf(type)) {
      add(`${type.name}.${field.name}`, field);
      for (const argument of field.args ?? []) add(`${type.name}.${field.name}(${argument.name}:)`, argument);
    }
  }
  for (const directive of schema.getDirectives().filter((each) => !isSpecifiedDirective(each))) {
    add(`@${directive.name}`, directive); // Strawberry prints no descriptions of a directive's arguments.
  }
  return described.filter(([, text]) => !text?.trim()).map(([path]) => `${path} has no description`);
}

function ofNames(type) {
  const named = fieldsOf(type).filter(({ name }) => FORBIDDEN_NAMES.includes(name));
  return named.map(({ name }) => `${type.name}.${name} is a name that Swift cannot have`);
}

function ofScalarsAndEnums(type) {
  if (isScalarType(type) && !type.specifiedByURL) return [`scalar ${type.name} is not @specifiedBy`];
  if (isEnumType(type) && !ENUMS_OF_OUR_OWN.includes(type.name) && !type.getValue("UNKNOWN")) {
    return [`enum ${type.name} has no UNKNOWN`];
  }
  return [];
}

/**
 * Fields of one name of an abstract type's possible types can be selected together: their values have one shape.
 * Not for Node, behind which is any type. Source: GraphQL specification, SameResponseShape.
 */
function ofSharedFields(schema, type) {
  if (!isAbstractType(type) || type.name === "Node") return [];
  const first = new Map();
  const faults = [];
  for (const member of schema.getPossibleTypes(type)) {
    for (const { name, type: given } of fieldsOf(member)) {
      const before = first.get(name) ?? given;
      if (!haveOneShape(before, given)) {
        faults.push(`${type.name}: ${name} is ${before}, but ${given} in ${member.name}`);
      }
      first.set(name, before);
    }
  }
  return faults;
}

function haveOneShape(one, other) {
  if (String(one) === String(other)) return true;
  if (isNonNullType(one) || isNonNullType(other) || isListType(one) || isListType(other)) {
    const isWrappedAlike = isNonNullType(one) === isNonNullType(other) && isListType(one) === isListType(other);
    return isWrappedAlike && haveOneShape(one.ofType, other.ofType);
  }
  if (!isCompositeType(one) || !isCompositeType(other)) return false;
  const fields = "getFields" in other ? other.getFields() : {};
  return fieldsOf(one).every(({ name, type }) => !fields[name] || haveOneShape(type, fields[name].type));
}

/** Every …Error of a union implements Error, so that front ends can also show errors they do not know yet. */
function ofErrors(schema, type) {
  if (type.name === "Error") {
    return isInterfaceType(type) ? ofFields(type, ERROR) : ["Error is no interface"];
  }
  if (!isUnionType(type)) return [];
  const errors = type.getTypes().filter(({ name }) => name.endsWith("Error"));
  const others = errors.filter((member) => !member.getInterfaces().includes(schema.getType("Error")));
  return others.map((member) => `${member.name} of ${type.name} does not implement Error`);
}

/** One argument `input`, and a nullable payload, since an error in it must not make other mutations null. */
function ofMutations(schema) {
  return fieldsOf(schema.getMutationType()).flatMap(({ name, args, type }) => {
    const [input, ...others] = args;
    const isOneInput =
      input?.name === "input" && isNonNullType(input.type) && isInputObjectType(input.type.ofType) && !others.length;
    return [
      ...(isOneInput ? [] : [`Mutation.${name} must take one argument, a non-null input`]),
      ...(isObjectType(type) && type.name.endsWith("Payload") ? [] : [`Mutation.${name} must give a nullable payload`]),
    ];
  });
}

/** Source: Relay, Global Object Identification. */
function ofNodes(schema) {
  return [
    ...ofFields(schema.getType("Node"), { id: "ID!" }),
    ...ofFields(schema.getQueryType(), { node: "Node", nodes: "[Node]!" }),
    ...ofArguments(schema.getQueryType(), "node", { id: "ID!" }),
    ...ofArguments(schema.getQueryType(), "nodes", { ids: "[ID!]!" }),
  ];
}

/** Source: Relay Cursor Connections Specification. */
function ofConnections(schema, type) {
  if (type.name === "PageInfo") return ofFields(type, PAGE_INFO);
  // An event of a live list holds the window that the subscription names.
  const fields = type.name.endsWith("ConnectionChange") ? [] : fieldsOf(type);
  const lists = fields.filter((field) => getNamedType(field.type).name.endsWith("Connection"));
  const faults = lists.flatMap((field) => [
    ...ofArguments(type, field.name, WINDOW),
    ...(isNonNullType(field.type) ? [`${type.name}.${field.name} must be nullable`] : []),
  ]);
  if (!type.name.endsWith("Connection")) return faults;
  const item = type.name.replace(/Connection$/, "");
  const expected = {
    edges: `[${item}Edge!]!`,
    nodes: `[${item}!]!`,
    pageInfo: "PageInfo!",
    totalCount: "Int!",
  };
  const edge = ofFields(schema.getType(`${item}Edge`), { cursor: "String!", node: `${item}!` });
  return [...faults, ...ofFields(type, expected), ...edge];
}

function ofFields(type, expected) {
  if (!type) return [`a type with ${Object.keys(expected).join(", ")} is missing`];
  return Object.entries(expected)
    .filter(([name, expectedType]) => String(type.getFields()[name]?.type) !== expectedType)
    .map(([name, expectedType]) => `${type.name}.${name} must be ${expectedType}`);
}

function ofArguments(type, name, expected) {
  const given = new Map((type?.getFields()[name]?.args ?? []).map((each) => [each.name, String(each.type)]));
  return Object.entries(expected)
    .filter(([argument, expectedType]) => given.get(argument) !== expectedType)
    .map(([argument, expectedType]) => `${type?.name}.${name}(${argument}:) must be ${expectedType}`);
}
