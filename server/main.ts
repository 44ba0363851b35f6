import { createConnection } from 'vscode-languageserver/node';
import { nodeHost } from '../sources/node-host.ts';
import { startServer } from './server.ts';

// The bundle that the VS Code client forks: transport as its arguments say (--node-ipc or --stdio).
startServer(createConnection(), nodeHost);
