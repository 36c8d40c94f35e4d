/** Whom a customization is for (`api/facts.md`, "A customization"). */
const TARGET_TYPES = ['item', 'criteria', 'all'] as const;
type TargetType = (typeof TARGET_TYPES)[number];

/** What a pin puts into the recommendation (`api/facts.md`, "A pin"). */
const PIN_TYPES = ['item', 'criteria'] as const;
type PinType = (typeof PIN_TYPES)[number];

/** One pin of a customization. */
export interface Pin {
  pin_type: PinType;
  /** Required when `pin_type` is `item`. */
  pin_identity?: string;
  /** Required when `pin_type` is `criteria`; its inner structure is undocumented. */
  pin_criteria?: object;
  /** -1: every position; 0: block; 1 and up: that place. */
  position?: number;
  widget_id?: string;
  is_block_pin?: boolean;
  is_bundle_pin?: boolean;
  /** ISO 8601 date or date and time. */
  active_from?: string;
  /** ISO 8601 date or date and time; after it the pin is expired. */
  active_to?: string;
}

/** One line of the bulk request: which pins a model shows for one scope. */
export interface Customization {
  model: string;
  target_type: TargetType;
  /** Required when `target_type` is `item`. */
  target_identity?: string;
  /** Required when `target_type` is `criteria`; its inner structure is undocumented. */
  target_criteria?: object;
  target_metadata?: object;
  tags?: string[];
  pin_definitions: Pin[];
}

/** A string with something in it; the API's identities and names are never blank. */
const text = (description: string, examples: string[]) => ({
  type: 'string',
  pattern: '\\S',
  description,
  examples,
});

/** The shapes of ISO 8601 that are read alike everywhere; the API's own format is undocumented. */
export const DATE_PATTERN =
  '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,9})?)?( ?(Z|UTC|[+-]([01]\\d|2[0-3]):?[0-5]\\d))?)?$';

const date = (description: string) => ({
  type: 'string',
  pattern: DATE_PATTERN,
  description,
  examples: ['2026-12-01', '2026-12-24T18:00:00Z'],
});

/** `{ if: field is value, then: also require other }`, in JSON Schema's words. */
const requiredWhen = (field: string, value: string, other: string) => ({
  if: { type: 'object', properties: { [field]: { const: value } }, required: [field] },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword, never awaited
  then: { required: [other] },
});

/**
 * JSON Schema (draft 2020-12) of one customization: what the API is bound to
 * refuse otherwise (`api/bulk-create.md`, `api/facts.md`). A missing `position`
 * and unknown fields pass here, because the contract's own examples leave
 * `position` out and the API may know more fields than this tool.
 */
export const customizationSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: "Luigi's Box recommendation customization",
  description: 'One line of a bulk request: the pins that a recommender model shows for one scope.',
  type: 'object',
  required: ['model', 'target_type', 'pin_definitions'],
  properties: {
    model: text('The recommender model that the pins are for.', ['basket', 'item_detail']),
    target_type: {
      enum: TARGET_TYPES,
      description:
        'Whom the pins are for: one item, every item that meets criteria, or all. `item` wins over `criteria`, `criteria` over `all`.',
    },
    target_identity: text('The id of the item. Required when target_type is "item".', ['sku-1042']),
    target_criteria: {
      type: 'object',
      description: 'Which items are meant. Required when target_type is "criteria".',
      examples: [{ category: 'Tents' }],
    },
    target_metadata: {
      type: 'object',
      description: 'What helps people to recognise the target: title, image and the like.',
      examples: [{ title: 'Two-person tent' }],
    },
    tags: {
      type: 'array',
      items: { type: 'string' },
      description: 'Labels to find customizations by.',
      examples: [['winter-sale']],
    },
    pin_definitions: {
      type: 'array',
      minItems: 1,
      items: { $ref: '#/$defs/pin' },
      description: 'The pins of this scope; at least one.',
    },
  },
  allOf: [
    requiredWhen('target_type', 'item', 'target_identity'),
    requiredWhen('target_type', 'criteria', 'target_criteria'),
  ],
  examples: [
    {
      model: 'basket',
      target_type: 'item',
      target_identity: 'sku-1042',
      tags: ['winter-sale'],
      pin_definitions: [{ pin_type: 'item', pin_identity: 'sku-2077', position: 1 }],
    },
  ],
  $defs: {
    pin: {
      type: 'object',
      required: ['pin_type'],
      properties: {
        pin_type: {
          enum: PIN_TYPES,
          description: 'One item, or whatever meets criteria. Criteria pins cost the recommender latency.',
        },
        pin_identity: text('The id of the pinned item. Required when pin_type is "item".', ['sku-2077']),
        pin_criteria: {
          type: 'object',
          description: 'Which items are pinned. Required when pin_type is "criteria".',
          examples: [{ brand: 'Northwind' }],
        },
        position: {
          type: 'integer',
          minimum: -1,
          description: '-1: every position. 0: block the item. 1 and up: that place.',
          examples: [1],
        },
        widget_id: text('The one widget that the pin is for.', ['home-top']),
        is_block_pin: { type: 'boolean', description: 'Keep the item out; goes with position 0.' },
        is_bundle_pin: { type: 'boolean', description: 'The item belongs to a bundle.' },
        active_from: date('The pin counts from here on.'),
        active_to: date('The pin is expired after this.'),
      },
      allOf: [
        requiredWhen('pin_type', 'item', 'pin_identity'),
        requiredWhen('pin_type', 'criteria', 'pin_criteria'),
      ],
    },
  },
} as const;
