"""The special tokens and chat layout of nano: HunyuanOCR's, with readable names for its markup tokens.

The role token follows the content: `<begin>{system}<sep>{image}{question}<User>{answer}<Assistant>`
(published layout of HunyuanOCR, where an empty system message still writes the separator).
"""

PAD = "<｜hy_pad｜>"
BEGIN = "<｜hy_begin▁of▁sentence｜>"
END = "<｜hy_end▁of▁sentence｜>"
SEPARATOR = "<｜hy_place▁holder▁no▁3｜>"
USER = "<｜hy_User｜>"
ASSISTANT = "<｜hy_Assistant｜>"
IMAGE_START = "<｜hy_image▁start｜>"
IMAGE = "<｜hy_image▁pad｜>"
IMAGE_END = "<｜hy_image▁end｜>"
IMAGE_NEWLINE = "<｜hy_image▁newline｜>"

CONTROL_TOKENS = (PAD, BEGIN, END, SEPARATOR, USER, ASSISTANT, IMAGE_START, IMAGE, IMAGE_END, IMAGE_NEWLINE)

_PAIRED = ("ref", "quad", "poly", "box", "det", "point", "pFig", "hy-meta", "layout", "observation", "think", "answer")
MARKUP_TOKENS = (*(f"<{slash}{name}>" for name in _PAIRED for slash in ("", "/")), "<none>", "[unk]")

NUMBER_OF_RESERVED = 64
RESERVED_TOKENS = tuple(
    f"<｜hy_reserved▁{i}｜>" for i in range(NUMBER_OF_RESERVED - len(CONTROL_TOKENS) - len(MARKUP_TOKENS))
)

CHAT_TEMPLATE = (
    "{%- macro write(content) -%}{%- if content is string -%}{{ content }}{%- else -%}"
    "{%- for part in content -%}{%- if part['type'] == 'text' -%}{{ part['text'] }}"
    "{%- else -%}"
    + IMAGE_START
    + IMAGE
    + IMAGE_END
    + "{%- endif -%}{%- endfor -%}{%- endif -%}{%- endmacro -%}"
    + BEGIN
    + "{%- if messages[0]['role'] == 'system' -%}{{ write(messages[0]['content']) }}{%- endif -%}"
    + SEPARATOR
    + "{%- for message in messages -%}"
    "{%- if message['role'] == 'user' -%}{{ write(message['content']) }}"
    + USER
    + "{%- elif message['role'] == 'assistant' -%}{{ write(message['content']) }}"
    + ASSISTANT
    + "{%- endif -%}{%- endfor -%}"
)
