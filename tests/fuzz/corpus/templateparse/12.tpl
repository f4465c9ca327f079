{{/* unclosed
