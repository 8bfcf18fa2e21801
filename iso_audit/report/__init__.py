"""Outputs: functions of values. The only door to jinja2 and weasyprint.

The life of a report: `view.view` turns an outcome into plain words, numbers and pictures in the
reader's language; `as_pdf`, `as_html`, `as_text` lay them out; `as_json` writes the outcome itself.
"""
