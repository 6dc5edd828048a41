-- en: What was promised outside the catalogue, and was it done? One row per target in prose, or in a table of a budget, with the number of the report due next that answers it. Rows in doubt are left out.
-- zh: 承诺与兑现：目录以外的目标及到期报告中的回应（正文及预算表；存疑行除外）
-- stored by: region_code report_year document_id char_start metric_id
-- renewed by: region_code
-- column answer_metric_id: The metric of the report due next that comes nearest to an answer; null where none does. | 回应指标编号
-- column answer_document_id: Document of the answer. | 回应文档
-- column answer_report_year: Year of the report of the answer. | 回应报告年份
-- column answer_indicator: Indicator of the answer in its report's own words. | 回应指标
-- column answer_value: Value of the answer. | 回应数值
-- column answer_unit: Unit of the answer. | 回应单位
-- column answer_value_std: Value of the answer in unit_std. | 回应标准数值
-- column answer_sentence: Sentence of the answer. | 回应原句
-- column answer_char_start: Offset of the answer's number in its document. | 回应位置
-- column next_report_year: Year of the region's first report after the period of the promise, which has to answer it; the next report where that is not in the warehouse, null where there is none. | 应回应的报告年份
-- column score: How well the answer fits, 0 to 1: words 0.6, number 0.25, period 0.15; answers below 0.6 are not shown, nor those of a narrower or wider name (高技术, 规模以上, 农村 …). | 匹配分数
-- column answered: Whether the report due has a number of the thing; null where there is no such report. | 是否回应
-- column met: Whether what was promised was done, by size: no less of what was to be done or reached, no more where a ceiling was promised; null where the verdict is unanswered. | 是否兑现
-- column verdict: met or missed where the answer is of the same thing, place, scope, period and kind of number and speaks of it as done; else unanswered. | 兑现结论（met 兑现、missed 未兑现、unanswered 未回应）
-- column doubted: How many numbers of the same thing, promised or answering, were left out because a check puts them in doubt. | 存疑而未采用的行数
with names as (
    -- The same names are used again and again: each is taken apart once. Verbs of getting done, and examples (龙腾路等断头路), do not change the thing.
    select
        indicator, narrowed, words, not regexp_full_match(indicator, /* narrowing generic */) as is_specific
    from (
        select
            indicator,
            regexp_replace(
                regexp_replace(regexp_replace(indicator, '[“”"《》〈〉、·\s]', '', 'g'), '^.*等', ''),
                '^(?:新增|新建|改建|扩建|建成|建设|完成|实现|打通|引进|引入|组建|筹建|筹集|新)+', ''
            ) as words,
            -- What makes the name narrower must be the same on both sides.
            array_to_string(list_sort(list_distinct(regexp_extract_all(indicator, /* narrowing words */))), ' ') as narrowed
        from (select distinct indicator from metrics where indicator_id is null)
    )
),

counted as (
    select
        m.*, d.doc_type, coalesce(m.place, '') as of_place, coalesce(m.scope, 'whole') as of_scope,
        coalesce(m.value_std, m.value) as amount,
        -- What the sentence says before the number.
        right(split_part(m.sentence, m.number_text, 1), 60) as lead
    from metrics m
    join documents d using (document_id)
    where d.copy_of is null and m.region_code is not null and d.report_year is not null and coalesce(d.identity_confidence, 1) >= 0.5
      and coalesce(m.place_code, m.region_code) = m.region_code
      and m.sub_period is null
),

told as (
    select c.*, coalesce(c.unit_std, c.unit, '') as kind, n.words, n.narrowed, n.is_specific
    from counted c
    join names n using (indicator)
    -- A table's cell is a promise, or answers one, in a budget only.
    where c.indicator_id is null and (c.table_id is null or c.doc_type = 'budget_report')
),

reports as (
    select distinct region_code, report_year from counted
),

-- A promise is due in the first report after its period; until there is one, the next report may tell how far it has come.
due as (
    select
        p.region_code, p.report_year, p.period_end,
        coalesce(min(r.report_year) filter (where r.report_year > p.period_end), min(r.report_year)) as next_report_year
    from (select distinct region_code, report_year, period_end from told where modality = 'target') p
    left join reports r on r.region_code = p.region_code and r.report_year > p.report_year
    group by all
),

promises as (
    select
        t.*, d.next_report_year,
        count(*) filter (where t.quality_flags is not null) over thing as doubted,
        -- The same thing promised with several numbers: parts of it, which no single number answers.
        count(distinct t.amount) over thing as promised_amounts
    from told t
    join due d on d.region_code = t.region_code and d.report_year = t.report_year and d.period_end is not distinct from t.period_end
    where t.modality = 'target'
    window thing as (partition by t.region_code, t.report_year, t.words, t.statistic, t.kind, t.of_place, t.of_scope, t.period_start, t.period_end)
),

open as (
    select * from promises where quality_flags is null
),

answering as (
    select * from told where modality = 'actual'
),

pairs as (
    select
        o.metric_id, a.metric_id as answer_metric_id, a.document_id as answer_document_id, a.report_year as answer_report_year,
        a.indicator as answer_indicator, a.value as answer_value, a.unit as answer_unit, a.sentence as answer_sentence, a.char_start as answer_start,
        a.amount as answer_amount, o.amount, o.bound as promised_bound, a.bound as answer_bound, a.lead,
        o.statistic, o.table_id is not null as is_cell, o.indicator as promised_indicator, o.is_specific, o.promised_amounts,
        (o.table_id is null) = (a.table_id is null) and a.basis is not distinct from o.basis as alike,
        case
            when o.words = a.words then 1
            -- Chinese names end with what they name: more in front says which, more behind makes another thing of it.
            when ends_with(o.words, a.words) or ends_with(a.words, o.words) then greatest(0.75, jaccard(o.words, a.words) - 0.1)
            when starts_with(o.words, a.words) then if(regexp_full_match(substr(o.words, length(a.words) + 1), /* narrowing tails */), 0.95, 0)
            when starts_with(a.words, o.words) then if(regexp_full_match(substr(a.words, length(o.words) + 1), /* narrowing tails */), 0.95, 0)
            else jaccard(o.words, a.words) - 0.1
        end as wording,
        case
            when o.amount = 0 or a.amount = 0 then cast(o.amount = a.amount as integer)
            when sign(o.amount) <> sign(a.amount) then 0
            else least(abs(o.amount), abs(a.amount)) / greatest(abs(o.amount), abs(a.amount))
        end as closeness,
        coalesce(o.period_start = a.period_start and o.period_end = a.period_end, false) as same_period
    from open o
    join answering a
      on a.region_code = o.region_code and a.report_year = o.next_report_year and a.statistic = o.statistic and a.kind = o.kind
     and a.narrowed = o.narrowed and a.of_place = o.of_place and a.of_scope = o.of_scope
     and a.quality_flags is null
    where length(o.words) > 0 and length(a.words) > 0 and (o.table_id is null or o.words = a.words)
),

scored as (
    select *, round(0.6 * wording + 0.25 * closeness + 0.15 * same_period::integer, 3) as score from pairs where wording >= 0.5
),

-- A bound speaks of the size of the number, so sizes are compared; a fall is never a rise. What is spent is no achievement by its size.
judged as (
    select
        *,
        case
            when amount <> 0 and answer_amount <> 0 and sign(amount) <> sign(answer_amount) then false
            when promised_bound = 'upper' then if(answer_bound = 'lower', null, abs(answer_amount) <= abs(amount) * (1 + 1e-9))
            when promised_bound = 'approx' and abs(answer_amount) between 0.9 * abs(amount) and 0.98 * abs(amount) then null
            when abs(answer_amount) >= abs(amount) * if(promised_bound = 'approx', 0.98, 1 - 1e-9) then if(answer_bound = 'upper', null, true)
            when answer_bound = 'lower' then null
            else false
        end as reached,
        same_period and alike and wording >= 0.95 and is_specific and promised_amounts = 1
        and closeness >= if(promised_indicator = answer_indicator, 0.25, 0.5)
        -- Under way, planned or begun is not done: the last verb before the number tells.
        and not regexp_full_match(regexp_extract(lead, '.*(' || /* narrowing underway */ || '|' || /* narrowing done */ || ')', 1), /* narrowing underway */)
        and (not is_cell or regexp_matches(promised_indicator, '收入')) as is_verdict
    from scored
    where score >= 0.6
),

-- Where the report tells the thing with several numbers that do not come to the same, it does not say which one answers.
agreed as (
    select
        *,
        count(distinct coalesce(reached::varchar, '?')) filter (where is_verdict) over (partition by metric_id) = 1 as is_one
    from judged
),

answers as (
    -- A number far below the promise is more often of another thing than a promise so broken.
    select *, if(is_verdict and is_one and (reached or closeness >= 0.6), reached, null) as met from agreed
    qualify row_number() over (partition by metric_id order by is_verdict desc, score desc, answer_start, answer_metric_id) = 1
),

final as (
    select
        o.metric_id, o.document_id, o.region_code, o.region, o.region_level, o.report_year, o.period_start, o.period_end,
        o.indicator, o.statistic, o.value, o.value_high, o.unit, o.value_std, o.unit_std, o.bound, o.place, o.scope, o.sentence, o.char_start, o.char_end, o.confidence,
        o.next_report_year,
        a.answer_metric_id, a.answer_document_id, a.answer_report_year, a.answer_indicator, a.answer_value, a.answer_unit, a.answer_amount as answer_value_std, a.answer_sentence,
        a.answer_start as answer_char_start, a.score,
        case when o.next_report_year is not null then a.metric_id is not null end as answered,
        a.met,
        case when a.met then 'met' when not a.met then 'missed' else 'unanswered' end as verdict,
        o.doubted
    from open o
    left join answers a using (metric_id)
)

select * from final
