"""Parts of source files in several languages, to be filled with invented names. Written for this project.

{a} {b} {c} are names, {A} a type's name, {i} {j} numbers, {s} {t} texts, {k} a comment; braces of the code are doubled.
"""

from __future__ import annotations

TEMPLATES = {  # the parts stand between lines of "=="
    "python": r"""
import {a}
from {b} import {A}, {c}

==
def {a}({b}, {c}={i}):
    # {k}
    for i in range({j}):
        {b}[i] += {c} * {i}
    return {b}

==
class {A}:
    def __init__(self, {b}):
        self.{b} = {b}
        self.{c} = "{s}"

    def {a}(self):
        if self.{b} > {i}:
            raise ValueError("{t}")
        return self.{c}

==
{a} = [{i}, {j}, {i}]
{b} = {{"{s}": {j}, "{t}": None}}
print(f"{s}: {{{a}}}")
==
with open("{a}.txt") as {b}:
    {c} = [line.strip() for line in {b}]
assert len({c}) == {i}
==
try:
    {a}({b}, {i})
except KeyError as error:
    # {k}
    {c} = None
""",
    "c": r"""
#include <stdio.h>
#include "{a}.h"

==
/* {k} */
static int {a}(int {b}, char *{c})
{{
    int i = {i};
    while (i < {b}) {{
        {c}[i++] = '\0';
    }}
    return i & 0x{j};
}}

==
#define {A}_MAX {i}

struct {a} {{
    double {b};
    unsigned {c}[{j}];
}};

==
int main(void)
{{
    printf("{s} %d\n", {i});
    return {a}({j}, NULL) ? 1 : 0;
}}
""",
    "javascript": r"""
const {a} = require('{b}');
let {c} = {i};

==
function {a}({b}, {c}) {{
  // {k}
  if ({b} === null || {c} > {i}) {{
    throw new Error('{s}');
  }}
  return {b}.map(x => x * {j});
}}

==
export default class {A} {{
  constructor() {{
    this.{a} = '{s}';
    this.{b} = [{i}, {j}];
  }}
}}

==
{a}.addEventListener('{b}', async () => {{
  const {c} = await fetch('/api/{a}?id={i}');
  console.log({c}.status);
}});
""",
    "java": r"""
package com.{a}.{b};

import java.util.List;

==
public class {A} {{
    private final int {a} = {i};

    /** {k} */
    public String {b}(List<String> {c}) {{
        if ({c}.size() > {j}) {{
            return "{s}";
        }}
        return {c}.get({i});
    }}
}}
""",
    "sql": r"""
SELECT {a}, {b}, COUNT(*) AS {c}
FROM {a}s
WHERE {b} > {i} AND {c} = '{s}'
GROUP BY {a}
ORDER BY {c} DESC;

==
-- {k}
CREATE TABLE {a} (
    id INTEGER PRIMARY KEY,
    {b} VARCHAR({i}) NOT NULL,
    {c} DECIMAL(10, 2)
);

==
INSERT INTO {a} ({b}, {c}) VALUES ('{s}', {i}), ('{t}', {j});

""",
    "json": r"""
{{
  "{a}": "{s}",
  "{b}": {i},
  "{c}": {{
    "id": {j},
    "enabled": true,
    "{a}": [{i}, {j}, null]
  }},
  "version": "1.{i}"
}}
""",
    "html": r"""
<!DOCTYPE html>
<html lang="en">
<head>
  <title>{s}</title>
</head>
==
<div class="{a}" id="{b}-{i}">
  <h2>{s}</h2>
  <a href="/{c}.html">{t}</a>
  <!-- {k} -->
</div>
==
<ul>
  <li>{s}</li>
  <li>{t}</li>
</ul>
""",
    "yaml": r"""
# {k}
{a}:
  {b}: {i}
  {c}: "{s}"
  items:
    - {t}
    - {a}-{j}
==
{b}:
  image: {a}:{i}.{j}
  ports:
    - "{i}:{j}"
""",
}
SUFFIXES = {
    "python": "py",
    "c": "c",
    "javascript": "js",
    "java": "java",
    "sql": "sql",
    "json": "json",
    "html": "html",
    "yaml": "yml",
}
