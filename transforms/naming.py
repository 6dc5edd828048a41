"""What a mention's number is of: the indicator as a noun phrase, made whole from the sentence.

The rules here, by the order in which they are tried, are those of METRICS in words: the noun counted, the subject, the
subject carried over; lists paired off; shares named by part and whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.clauses import Mention
from transforms.cues import cues, words

COUNTED = frozenset({"count", "people", "households"})
_SHARE = re.compile(r"^(?P<part>.*?)(?:所)?占(?P<whole>[^占，。；]{0,24}?)(?:的)?(?P<word>比重|比例|份额|比率|总数|百分比)?$")
_RECOGNISED = re.compile(r"(?:被|已|成功|新)?(?:认定为|认定|评定为|评为|确定为|命名为|列入|列为|纳入|入选|获评|获批|上榜|入围|晋级|成为|跻身|获得|荣获)(?:了)?(?P<name>[^，。；、]{3,})$")
_TRIMMED = "、，和及与或的了”）) —-"
_MID_VERBS = re.compile(
    r"^.+?(?:(?:建成|发放|兑现|引进|培育|打造|签订|出台|制定|投放|筹集|争取|举办|创建|(?<!新)设立|成立|吸引|惠及|带动|组织|安排|办理|提供|累计完成|推进|实施|开展)(?:了)?(?=[^，的率]{2,})|(?<!城镇)(?=新增(?!长).{2,}|新建|拆除|关停|淘汰|新设立|新开工))"
)
_SUFFIXES = re.compile(
    r"(?:的)?(?:人均(?:可支配|纯)?收入|可支配收入|纯收入|增加值|总产值|产值|产量|零售额|投资额|投资|收入|支出|消费支出|价格|面积|里程|销售额|成交额|总额|余额|总量|数量|[一-龥]{0,4}率|比重|浓度|用电量|(?:整体)?通关时间|办理时间|审批时间|存款|贷款|人数|出口|进口|吞吐量|货运量|客运量|周转量)$"
)
_WHOLE_NAMES = ("值", "额", "量", "率", "数", "入", "出")
_SPLIT = re.compile(r"[、和及与]|以及")
_TOWN_AND_COUNTRY = ("城乡", "城镇", "农村")
_HEAD_NOUNS = re.compile(r"^(?:镇|村|行政村|自然村|乡镇|街道|社区|县|市|区|县区|小区|村庄|镇街|乡|领域|方面|省份|省|国家|市县|县市|片区|景区|学校|单位|部门)$")
_HEAD_AT_START = re.compile(r"^(?:行政村|自然村|乡镇|街道|社区|县区|村庄|镇街|[镇村县市区乡])(?=..)")
_OWNER = re.compile(r"^(.{2,}?)(?:人均|经营性|年|总|销售|营业|主营业务)*(?:收入|产值|利润|税收|增加值)")
_IDLE_CLAUSE = re.compile(r"^(?:其中|并且|而且|同时|此外)?(?P<name>[^，。；：]{2,18}?)(?:保持|实现|稳步|持续|稳定|快速|平稳|较快|大幅|明显|进一步|不断|运行|企稳|全面|再创|取得|继续|总体|基本|显著|好于|达到新|迈上|再上|恢复|发展|增势|逐步)")


@dataclass(frozen=True, slots=True)
class Name:
    """The names of a mention's indicators (several where one number holds for each), and the rule that found them."""

    names: tuple[str, ...]
    rule: str
    base: str
    """The subject to carry over to what follows."""


_GIVER = re.compile(r"^([^，]{2,8}?(?:财政|预算|政府|基金|银行|部门))")
_TRAILING_YEAR = re.compile(r"(?:(?:19|20)\d\d|[一二][〇零一二三四五六七八九]{3})年(?:末|底|度)?$")
_POINT = re.compile(r"^[、，]?(?:[（(][一二三四五六七八九十\d]{1,2}[）)]|\d{1,2}[、．.](?!\d))")
_NOTE = re.compile(r"[（(][^（）()]*下同[^（）()]*[）)]")
_SINCE = re.compile(r"^(?:这)?是?自?(?:(?:19|20)\d\d年)?[^，]{0,6}以来(?:的)?(?:首次)?|^连续[^，]{1,3}年")


def is_place(noun: str) -> bool:
    """Whether a counted noun is a bare division of places (镇, 行政村), which what follows tells more of."""
    return _HEAD_NOUNS.match(noun) is not None


def clean(phrase: str) -> str:
    """A noun phrase without time, place and verbs at its head and joining words at its ends."""
    known = cues()
    phrase = _POINT.sub("", _NOTE.sub("", phrase))
    phrase = _SINCE.sub("", phrase.strip(_TRIMMED))
    while True:
        lead = known.lead.match(phrase)
        shorter = phrase[lead.end() :] if lead else phrase
        if not shorter:
            return ""
        verbs = known.head_verbs.match(shorter)
        if verbs and len(shorter) - verbs.end() >= 2:
            shorter = shorter[verbs.end() :]
        shorter = shorter.strip(_TRIMMED)
        if shorter == phrase:
            break
        phrase = shorter
    phrase = _TRAILING_YEAR.sub("", phrase)
    middle = _MID_VERBS.match(phrase)
    if middle and len(phrase) - middle.end() >= 2 and middle.end() > 0:
        rest = phrase[middle.end() :].strip(_TRIMMED)
        # 中央财政安排资金: the giver tells the money apart.
        giver = _GIVER.match(phrase)
        phrase = giver[1] + rest if giver and rest in ("资金", "补助资金", "投资", "补贴", "专项资金") else rest
    phrase = phrase.removesuffix("等")
    phrase = phrase.removesuffix("中") if len(phrase) > 3 and not phrase.endswith(("初中", "高中", "集中")) else phrase
    return phrase + "”" if phrase.count("“") > phrase.count("”") else phrase


def _without_growth_noun(subject: str) -> tuple[str, bool]:
    found = cues().growth_noun.search(subject)
    return (subject[: found.start()], True) if found and (found.start() or True) else (subject, False)


def is_empty(subject: str) -> bool:
    """Whether a subject says nothing of its own."""
    return cues().empty.fullmatch(subject) is not None


def _verbs_only(subject: str) -> bool:
    return cues().verbs_only.fullmatch(subject) is not None


def _recognised(right: str, taken: bool = False) -> str | None:
    """The title that what is counted was given (被认定为…); ``taken``: 将 or 把 stands before, the things are counted."""
    found = _RECOGNISED.search(right)
    if found and found.start() > 0 and not taken and not found["name"].startswith(("国家和", "批复")):
        return found["name"].removesuffix("称号")
    return None


def _split(subject: str) -> list[str]:
    """The items of a coordinated subject, each made whole with the head that the last one carries."""
    parts = [part.strip(_TRIMMED) for part in _SPLIT.split(subject) if part.strip(_TRIMMED)]
    if len(parts) < 2:
        return parts
    head = _SUFFIXES.search(parts[-1])
    if head and head.start() > 0:
        parts = [part if _SUFFIXES.search(part) or part.endswith(_WHOLE_NAMES) else _joined(part, head.group()) for part in parts]
    return parts


def _joined(part: str, head: str) -> str:
    """A part with the head that it lacks, what both have written once (基本养老保险, 保险参保率)."""
    overlap = next((size for size in range(min(len(part), len(head)), 0, -1) if part.endswith(head[:size])), 0)
    return part + head[overlap:]


def listed(subject: str, count: int) -> list[str]:
    """The names that ``count`` numbers behind 分别 pair off with; empty where they do not pair."""
    if _TOWN_AND_COUNTRY[0] in subject and count == 2 and len(_SPLIT.split(subject)) < 3:
        return [subject.replace(*pair) for pair in (("城乡", "城镇"), ("城乡", "农村"))]
    if "工农业" in subject and count == 2:
        return [subject.replace("工农业", "工业"), subject.replace("工农业", "农业")]
    parts = _split(subject)
    if len(parts) == count == 2 and len(parts[1]) > 2 * len(parts[0]) >= 4 and not _SUFFIXES.search(parts[1]):
        parts[0] += parts[1][len(parts[0]) :]  # 小麦、稻谷最低收购价: the head that the second carries
    return parts if len(parts) == count else []


def share(subject: str, carried: str) -> tuple[str, str] | None:
    """The name of a share (part, 占, whole, 比重) and its part; None where the subject is no share."""
    found = _SHARE.match(subject)
    if subject.endswith("占比"):
        return (clean(subject), carried) if len(subject) > 3 else None
    if not found or "占" not in subject or found["whole"].startswith(("地", "用", "有", "据")):
        return None
    part = clean(found["part"])
    part = part if part and not is_empty(part) else carried
    whole = found["whole"].removesuffix("总").strip(_TRIMMED)
    return f"{part}占{whole}比重", part


def idle_subject(clause: str) -> str:
    """The subject of a clause without a number (固定资产投资稳步回升，增长5.6%); empty where there is none."""
    found = _IDLE_CLAUSE.match(clause)
    if not found:
        return ""
    name = clean(found["name"])
    return name if len(name) >= 2 and not _verbs_only(name) else ""


_OBJECT = re.compile(r"(?:发行|推进|建设|开展|实施|推动|做好|加强|抓好|落实|搞好|扩大)(?:了)?(?P<name>[^，。；、]{3,18})$")


def object_of_clauses(text: str) -> str:
    """What the clauses before a bare verb act on (推进保障性安居工程建设，…，基本建成500万套); empty where none tells."""
    for clause in reversed([part for part in re.split("[，；。：]", text) if part]):
        found = _OBJECT.search(clause)
        if found and not found["name"].endswith(("政府", "作风")):
            return clean(found["name"])
    return ""


_NEWLY = re.compile(r"^(?:新增|新设立|新设|新登记|净增|新注册|新认定|新培育)")
_STOCK_WORDS = frozenset(("总量", "总数", "存量", "累计", "累计达", "总规模"))
_PRODUCT = re.compile("粮食|棉花|油料|糖料|钢材|钢|原煤|煤炭|原油|蔬菜|水果|生猪|肉类|水产品|茶叶|水泥|化肥|汽车")


def _from_before(subject: str, carried: str, before: str) -> str:
    """A subject that needs what stood before it: 总产量 of the product named, the stock of what was newly added."""
    if subject in ("总产量", "产量", "单产", "总产"):
        products = _PRODUCT.findall(before)
        return products[-1] + subject if products else ""
    if subject in _STOCK_WORDS and _NEWLY.match(carried):
        return _NEWLY.sub("", carried)
    return ""


def name_of(mention: Mention, carried: str, following: Mention | None, before: str, account: str = "") -> Name:
    """The indicator of a mention.

    ``carried`` is the subject of the number before, ``before`` the sentence up to its own words.

    ``account`` is the account of a budget that a bare 收入 or 支出 is of, where the text before tells.
    """
    subject, growth_noun = _without_growth_noun(mention.subject)
    if growth_noun:
        mention.notes.append("growth_noun")
    if mention.quantity.dimension == "multiple":
        subject = _COMPARED_THING.sub("", subject)
    elsewhere = mention.right.startswith("的") and subject.startswith("占")
    portion = share(subject, clean(_until_stop(mention.right[1:])) if elsewhere else carried)
    if portion:
        return Name((portion[0],), "indicator.share", portion[1])
    cleaned = clean(subject)
    dimension = mention.quantity.dimension
    says = bool(cleaned) and not is_empty(cleaned) and not _verbs_only(cleaned)
    counts = dimension in COUNTED or (dimension in ("area", "length", "time") and bool(mention.noun)) or (mention.quantity.unit is None and not says)
    special = _special(mention, cleaned, carried, following)
    if special:
        return special
    if mention.noun and counts and not mention.changes:
        name = _counted_name(mention, cleaned, following, carried)
        if name:
            return Name((name,), "indicator.counted", name)
    completed = _from_before(cleaned, carried, before)
    if completed:
        return Name((completed,), "indicator.completed", completed)
    composed = _composed(cleaned, carried, account)
    if composed:
        return Name((composed,), "indicator.composed", composed)
    if cleaned and not is_empty(cleaned) and (mention.changes or not mention.noun or not _verbs_only(cleaned)) and cleaned not in _VERBS_ALONE:
        return Name((cleaned,), "indicator.subject", cleaned)
    if mention.noun and not mention.noun_is_clause and not mention.changes:
        name = _with_kept_verb(mention, mention.noun)
        return Name((name,), "indicator.noun", name)
    if mention.noun and mention.noun_is_clause and counts:
        return Name((mention.noun,), "indicator.clause", carried)
    if mention.changes and mention.noun and not carried:
        return Name((mention.noun,), "indicator.noun", mention.noun)
    if cleaned and _verbs_only(cleaned) and not carried:
        return Name((cleaned,), "indicator.verb", cleaned)
    return Name((carried or cleaned or mention.noun or mention.verb or "未指明",), "indicator.carried", carried or cleaned)


_COMPARED_THING = re.compile(r"(?:是|相当于|为|达到?)[^，。；]{1,16}$")


def _until_stop(text: str) -> str:
    return re.split("[，。；：]", text, maxsplit=1)[0]


_MEDALS = re.compile(r"^[金银铜](?:牌)?$")
_SPENT = re.compile(r"^(?:总|计划|完成|累计|年度)*(?:投资|投入)(?:资金)?$")
_OF_A_TASK = re.compile(r"^(?:提前|超额)?完成(?:了)?(?P<task>[^，。；]{2,20}?)(?:任务|计划|目标)$")


def _special(mention: Mention, subject: str, carried: str, following: Mention | None) -> Name | None:
    """Names that a single kind of wording needs: medals, tasks done several times over, money spent on what follows."""
    if _MEDALS.match(mention.noun) and mention.quantity.unit == "枚":
        event = carried if _MEDALS.match(subject) or not subject else subject
        return Name((f"{event}{mention.noun.removesuffix('牌')}牌",), "indicator.medal", event)
    task = _OF_A_TASK.match(mention.right) if mention.quantity.dimension == "multiple" else None
    if task:
        return Name((task["task"],), "indicator.task", task["task"])
    if _SPENT.match(subject) and not mention.changes:
        purpose = mention.noun if mention.noun and not _verbs_only(mention.noun) and not mention.noun_is_clause else ""
        if not purpose and following is not None and following.left_start == mention.quantity.bound_end:
            purpose = following.noun
        if not purpose and mention.joined and carried.endswith(("项目", "工程")):
            purpose = carried
        name = f"{clean(purpose)}投资" if purpose else subject
        return Name((name,), "indicator.spent", carried if purpose else name)
    benefits = _BENEFITS.search(mention.left)
    if benefits and not mention.noun:
        who = {"households": "户数", "people": "人数"}.get(mention.quantity.dimension or "", "")
        given = clean(mention.left[: benefits.start()])
        given = given if given and not is_empty(given) else carried
        return Name((f"{given}惠及{who}",), "indicator.benefits", given)
    added = _ADDED.match(subject)
    if added and not mention.noun and not mention.changes:
        return Name((f"{added['verb']}{added['thing']}",), "indicator.added", f"{added['verb']}{added['thing']}")
    acts = mention.subject.strip(_TRIMMED)
    if not mention.noun and len(acts) >= 4 and mention.quantity.dimension in COUNTED and _DONE_TO.fullmatch(acts):
        return Name((acts,), "indicator.verb", acts)
    return None


_BENEFITS = re.compile(r"(?:惠及|受益)(?:约|近|超|超过)?$")
_ADDED = re.compile(r"^(?P<thing>.{2,}?)(?:累计)?(?P<verb>新增|净增)$")
_DONE_TO = re.compile("(?:查处|问责|立案|审查|调查|处分|移送|留置|抓获|批捕|起诉|逮捕|打击|处理|组织|处置)+")
_ACCOUNTS = re.compile("一般公共预算|政府性基金(?:预算)?|国有资本经营(?:预算)?|社会保险基金(?:预算)?")


def account_of(text: str) -> str:
    """The budget account that a text names last, with 收入 as its head; empty where it names none."""
    named = _ACCOUNTS.findall(text)
    return f"{named[-1]}收入" if named else ""


_ACCOUNT_HEADS = re.compile(r"(?:本年|年末|当年|累计|上年)?(?:收支)?(?:滚存)?(?:总收入|总支出|收入|支出|结余|结转|余额|总计)$")
_ACCOUNT_ITEM = re.compile(r"(?:总)?(?:收入|支出)|(?:本年|年末|当年|累计|收支|滚存|年终)*(?:结余|结转|余额)|(?:上年|年终)?结转")
_SIDES = {"农村": "城镇", "城镇": "农村", "城市": "农村", "乡村": "城镇"}
_HEAD_OF_CARRIED = re.compile(r"(?:的)?(?:产量|增加值|产值|价格|零售额|投资|用电量)$")


def _composed(subject: str, carried: str, account: str) -> str:
    """A subject that leaves out what the number before it said (社会保险基金收入…，支出…; 城镇…，农村…)."""
    if not subject or not (carried or account):
        return ""
    if _ACCOUNT_ITEM.fullmatch(subject):
        carried = account or carried
        head = _ACCOUNT_HEADS.search(carried)
        return carried[: head.start()] + subject if head and head.start() else ""
    if subject in _SIDES and _SIDES[subject] in carried:
        return carried.replace(_SIDES[subject], subject)
    if subject.endswith("类") and (head := _HEAD_OF_CARRIED.search(carried)):
        return subject + head.group()
    return ""


_VERBS_ALONE = frozenset(words("object")) | frozenset(words("keep"))
_TAKEN = re.compile("[将把](?!来)")
_FINISHED = re.compile("完成|办结|达标|开工|竣工|投产|建成|投用|通过")
_GENERIC = frozenset(
    "项目 企业 医院 单位 平台 园区 场景 服务 机构 小区 工程 居民 群众 镇 村 县 区 街道 社区 学校 家庭 部门 人员 职工 学生 省份 城市 国家 地区 品牌 产品 案例 成果 团队 事项 基地 景区 工地 建筑 道路 河流 村庄 乡镇 农户 中小企业 重点企业 公司 银行 街镇 单元 个体工商户 中央部门 干部 党员 乡村 县市 市县 场馆 公园 标准 政策 任务 案件".split()
)


def _with_what_it_does(noun: str, right: str) -> str:
    """A noun that alone says little with what is told of it (6个项目通过国家级评估: 通过国家级评估的项目)."""
    core = re.sub(r"[（(].*?[）)]", "", noun)
    if core not in _GENERIC:
        return noun
    rest = right[right.find(noun) + len(noun) :].strip("，的")
    rest = re.sub(r"^(?:均|都|全部|已|相继|正式|成功|率先|先后)+", "", rest)
    return f"{rest}的{noun}" if 2 <= len(rest) <= 24 else noun


def _counted_name(mention: Mention, subject: str, following: Mention | None, carried: str) -> str:
    """The thing counted, from the noun behind the number; empty where the subject before it is meant."""
    if mention.noun_is_clause:
        if subject and not _verbs_only(subject) and not mention.object_verb:
            return ""
        if subject and mention.object_verb == "" and mention.verb in ("有", "共有", "中"):
            return f"{mention.noun}的{subject}"
        if not subject and carried and _FINISHED.search(mention.noun) and len(mention.noun) <= 8:
            return f"{mention.noun}的{carried}"
        return _recognised(mention.right) or mention.noun
    noun = mention.noun
    if following is not None and is_place(noun) and following.noun and following.left_start < mention.quantity.bound_end + 16:
        rest = _HEAD_AT_START.sub("", following.noun)
        return f"{rest}{noun}" if rest and noun not in rest else following.noun
    if following is not None and following.left_start == mention.quantity.bound_end and following.quantity.dimension not in COUNTED:
        owner = _OWNER.match(noun)
        noun = owner[1] if owner else noun
    if subject and not _verbs_only(subject) and mention.states and not mention.object_verb and mention.verb not in ("完成", "实现", "有", "共有", "拥有", "安排", "提供", "等", "分别", "均", "为", "是", "由"):
        return ""
    return _with_kept_verb(mention, _recognised(mention.right, _TAKEN.search(mention.left) is not None) or _with_what_it_does(noun, mention.right))


def _with_kept_verb(mention: Mention, noun: str) -> str:
    if not mention.keeps_verb or noun.startswith(mention.object_verb):
        return noun
    return f"{mention.object_verb.removesuffix('了')}{noun}"
