/** Everything that is wrong with a schema is reported, each with file, line and column. */
import { describe, expect, test } from 'vitest'
import { compile } from '../../scripts/generator/compile.ts'
import { SchemaError } from '../../scripts/generator/diagnostics.ts'

function errorsOf(text: string): string[] {
  try {
    compile(text, 'x.tl')
  } catch (error) {
    if (error instanceof SchemaError) return error.message.split('\n')
    throw error
  }
  return []
}

const cases: [what: string, text: string, errors: string[]][] = [
  ['no errors', 'a x:int = A;', []],
  ['a missing semicolon', 'a x:int = A\nb = A;', ['x.tl:2:1: expected ";", found "b"']],
  ['the end inside a definition', 'a x:int', ['x.tl:1:8: expected a field or "=", found the end of the file']],
  ['a missing type', 'a x: = A;', ['x.tl:1:6: expected a type, found "="']],
  ['a missing colon', 'a x int = A;', ['x.tl:1:5: expected ":", found "int"']],
  ['an id that is too long', 'a#123456789 = A;', ['x.tl:1:2: an id has at most 8 hex digits']],
  [
    'an unknown section',
    '---tests---\na = A;',
    ['x.tl:1:1: expected ---types--- or ---functions---, found ---tests---'],
  ],
  [
    'a flag without a bit',
    'a flags:# x:flags.y?int = A;',
    ['x.tl:1:13: expected a condition like "flags.0?", found "flags.y"'],
  ],
  ['a repetition', 'a 4*[ int ] = A;', ['x.tl:1:3: expected a field or "=", found "4"']],
  ['a field with a dot', 'a x.y:int = A;', ["x.tl:1:3: a field's name cannot have a dot: x.y"]],
  ['a type variable of another kind', 'a {X:int} = A;', ['x.tl:1:6: expected "Type", found "int"']],
  [
    'several errors, in the order of the text',
    'a x: = A;\nb y:int = B\n;\nc $ = C;\nd z = D;',
    ['x.tl:1:6: expected a type, found "="', 'x.tl:4:3: unexpected character "$"', 'x.tl:5:5: expected ":", found "="'],
  ],
  [
    'an unknown type',
    'a x:Nope y:Vector<Nope2> = A;',
    ['x.tl:1:5: unknown type Nope', 'x.tl:1:19: unknown type Nope2'],
  ],
  ['an unknown bare type', 'a x:nope = A;', ['x.tl:1:5: unknown type nope']],
  ['an unknown result', '---functions---\nf = Nope;', ['x.tl:2:5: unknown type Nope']],
  ['an id twice', 'a#0 = A;\nb#0 = A;', ['x.tl:2:1: b has the id #0 of a in line 1']],
  ['a name twice', 'a x:int = A;\na y:int = A;', ['x.tl:2:1: constructor a is already defined in line 1']],
  ['a field twice', 'a x_y:int xY:int = A;', ['x.tl:1:11: a has two fields named xY: x_y, xY']],
  ['flags without a field for them', 'a x:flags.0?int = A;', ['x.tl:1:5: no field flags:# stands before this one']],
  [
    'flags before the field for them',
    'a x:flags.0?int flags:# = A;',
    ['x.tl:1:5: no field flags:# stands before this one'],
  ],
  [
    'a bit out of range',
    'a flags:# x:flags.32?int = A;',
    ['x.tl:1:13: bit 32 is out of range: flags have bits 0 to 31'],
  ],
  ['flags behind flags', 'a f:# g:f.0?# = A;', ['x.tl:1:13: flags cannot depend on flags']],
  ['true without a flag', 'a x:true = A;', ['x.tl:1:5: true needs a flag: flags.N?true']],
  [
    'a vector of flags',
    'a x:Vector<true> y:Vector<#> = A;',
    ['x.tl:1:12: a vector cannot hold true', 'x.tl:1:27: a vector cannot hold #'],
  ],
  ['a vector of nothing', 'e = E;\na x:vector<e> = A;', ['x.tl:2:12: a vector cannot hold e: its values can be empty']],
  ['a vector of two', 'a x:Vector<int,int> = A;', ['x.tl:1:5: Vector takes one argument']],
  [
    'arguments of another type',
    'a x:int<int> = A;',
    ['x.tl:1:5: int takes no arguments: Vector is the only generic type'],
  ],
  ['an ambiguous bare type', 'b = B;\nc = B;\na x:%B = A;', ['x.tl:3:5: %B is ambiguous: B has 2 constructors']],
  [
    'a type variable of a constructor',
    'a {X:Type} = A;',
    ['x.tl:1:1: constructor a has type variables: only methods can'],
  ],
  ['a query without a variable', '---functions---\nf x:!X = Bool;', ['x.tl:2:5: X is not declared: {X:Type}']],
  [
    'a variable without !',
    '---functions---\nf {X:Type} x:X = X;',
    ['x.tl:2:14: a field of type X needs "!": only queries are generic'],
  ],
  ['a constructor in upper case', 'A = A;', ['x.tl:1:1: a constructor starts with a lower-case letter: A']],
  ['a type in lower case', 'a = b;', ['x.tl:1:5: constructor a must belong to a plain type with an upper-case letter']],
  ['a type without an end', 'a x:A = A;', ['x.tl:1:1: a contains itself without an end']],
  [
    'types without an end between them',
    'a x:B = A;\nb x:A = B;',
    ['x.tl:1:1: a contains itself without an end', 'x.tl:2:1: b contains itself without an end'],
  ],
]

describe('errors', () => {
  test.each(cases)('%s', (_, text, errors) => {
    // Ids of their own, where the case is not about ids, would only be noise.
    expect(errorsOf(text).filter((error) => !/, but the line's checksum is/.test(error))).toEqual(errors)
  })
})

test('an id that is not the checksum of its line', () => {
  expect(errorsOf('a#5 x:int = A;')).toEqual(["x.tl:1:1: the id of a is #5, but the line's checksum is #d2aa78f6"])
  expect(compile('a#5 x:int = A;', 'x.tl', ['a']).constructors.get('a')!.id).toBe(5)
  expect(compile('a#5 x:int = A;', 'x.tl', 'all').constructors.get('a')!.id).toBe(5)
})

test('an id that is left out is the checksum, and stands in the line that is documented', () => {
  const { id, text } = compile('a x:int = A;', 'x.tl').constructors.get('a')!
  expect(text).toBe(`a#${id.toString(16)} x:int = A;`)
})

test('definitions of built-in types are read over', () => {
  const schema = compile(
    `int ? = Int; long ? = Long; double ? = Double; string ? = String; bytes = Bytes;
     vector {t:Type} # [ t ] = Vector t; int128 4*[ int ] = Int128; int256 8*[ int ] = Int256;
     true#3fedd339 = True; boolFalse#bc799737 = Bool; boolTrue#997275b5 = Bool;
     a x:Bool = A;`,
    'x.tl',
  )
  expect([...schema.constructors.keys()]).toEqual(['a'])
})

test('vectors in both spellings', () => {
  const fields = compile(
    'b = B;\nc x:int = C;\na p:Vector<B> q:vector<%C> r:Vector c s:vector B = A;',
    'x.tl',
  ).constructors.get('a')!.fields
  expect(fields.map((field) => field.type)).toEqual([
    { kind: 'vector', boxed: true, item: { kind: 'union', name: 'B' } },
    { kind: 'vector', boxed: false, item: { kind: 'bare', constructorName: 'c' } },
    { kind: 'vector', boxed: true, item: { kind: 'bare', constructorName: 'c' } },
    { kind: 'vector', boxed: false, item: { kind: 'union', name: 'B' } },
  ])
})
