"""What financial statements call the things that people ask for. Pure.

A question says "debt" where a balance sheet says "notes payable": passages and pages are searched for both.
"""

import re

_INCOME = "consolidated statements of operations statements of income"
_BALANCE = "consolidated balance sheets"
_CASH = "consolidated statements of cash flows"

_TERMS = {
    r"revenues?|sales|top[- ]line|turnover": f"net sales total net revenue {_INCOME}",
    r"profits?|earnings|net income|bottom[- ]line|profitab\w+": f"net income net loss {_INCOME}",
    r"margins?": f"gross profit operating income net sales revenue cost of sales {_INCOME}",
    r"EBITDA\w*|EBIT": "operating income depreciation amortization adjusted EBITDA",
    r"EPS": f"earnings per share basic diluted {_INCOME}",
    r"R&?D": "research and development expenses",
    r"SG&?A|overhead": "selling general and administrative expenses",
    r"COGS|cost of goods(?: sold)?": "cost of sales cost of revenue",
    r"tax rate|taxes": "provision for income taxes effective tax rate",
    r"debts?|borrow\w+|leverage\w*|indebted\w*": f"long-term debt short-term debt notes payable borrowings {_BALANCE}",
    r"PP&?E|fixed assets?|capital[- ]intensive": f"property plant and equipment net {_BALANCE}",
    r"liquidity|(?:quick|current) ratio|working capital": f"total current assets total current liabilities {_BALANCE}",
    r"inventor(?:y|ies)|DIO": f"inventories cost of sales {_BALANCE}",
    r"receivables?|DSO": f"accounts receivable net {_BALANCE}",
    r"payables?|DPO": f"accounts payable {_BALANCE}",
    r"assets?|liabilit(?:y|ies)|book value": f"total assets total liabilities {_BALANCE}",
    r"equity|net worth": f"total stockholders shareholders equity {_BALANCE}",
    r"return on (?:assets|equity)|RO[AE]": f"net income total assets total equity {_BALANCE}",
    r"cap(?:ital )?ex(?:penditures?)?|capital spending": f"purchases of property plant and equipment {_CASH}",
    r"cash flows?|FCF": f"net cash provided by operating activities {_CASH}",
    r"dividends?|buybacks?|repurchas\w+": f"dividends paid repurchases of common stock {_CASH}",
}
_PATTERNS = {re.compile(rf"\b(?:{term})\b", re.IGNORECASE): words for term, words in _TERMS.items()}


def words_of_statements(question: str) -> str:
    """Words that statements use for what a question asks for; empty if it asks for nothing they hold."""
    found = " ".join(words for pattern, words in _PATTERNS.items() if pattern.search(question))
    return " ".join(dict.fromkeys(found.split()))
