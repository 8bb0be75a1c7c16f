// GraphQL Yoga on node:http, with its plugin for graphql-jit.
import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { createSchema, createYoga } from 'graphql-yoga';
import { makeContext, resolvers, typeDefs } from './schema.mjs';

const schema = createSchema({ typeDefs, resolvers });
const plugins = [useGraphQlJit()];
const yoga = createYoga({ schema, context: makeContext, plugins, logging: false, graphiql: false, landingPage: false });
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1');
