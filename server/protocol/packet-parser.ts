import { decode, Encoder as MessagePackEncoder } from '@msgpack/msgpack';
import { Emitter } from '@socket.io/component-emitter';

type Packet = { type: number; nsp: string; data?: unknown; id?: number };

const CONNECT = 0;
const CONNECT_ERROR = 4;

const BUFFER_KEPT_BYTES = 1_000_000;
const makeEncoder = () => new MessagePackEncoder({ ignoreUndefined: true });
/** One for all packets: each of its own would grow its buffer anew. */
let encoder = makeEncoder();

/** A packet as one binary frame: Socket.IO's own parser sends a placeholder and an attachment for each. */
export class Encoder {
  encode(packet: Packet): [Uint8Array] {
    const { type, nsp, data, id } = packet;
    const bytes = encoder.encode(id === undefined ? [type, nsp, data] : [type, nsp, data, id]);
    // Its buffer grows to the largest packet there was.
    if (bytes.byteLength > BUFFER_KEPT_BYTES) encoder = makeEncoder();
    return [bytes];
  }
}

/** The packet of each frame. What is no packet throws, which ends that connection alone. */
export class Decoder extends Emitter<
  { decoded: (packet: Packet) => void },
  { decoded: (packet: Packet) => void }
> {
  add(frame: unknown): void {
    const [type, nsp, data, id] = readFrame(frame);
    this.emit('decoded', { type, nsp, data, id });
  }

  destroy(): void {}
}

function readFrame(frame: unknown): [number, string, unknown, number | undefined] {
  const bytes = frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame;
  if (!(bytes instanceof Uint8Array)) throw new Error('a packet is binary');
  const fields: unknown = decode(bytes);
  if (!Array.isArray(fields)) throw new Error('a packet is an array');
  const [type, nsp, data, id] = fields as unknown[];
  const isType = Number.isInteger(type) && Number(type) >= CONNECT && Number(type) <= CONNECT_ERROR;
  const isEvent = type === 2 || type === 3;
  if (!isType || typeof nsp !== 'string' || (isEvent && !Array.isArray(data)))
    throw new Error('not a packet');
  if (id !== undefined && !Number.isInteger(id)) throw new Error('not a packet');
  return [type as number, nsp, data, id as number | undefined];
}
