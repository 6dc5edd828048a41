-- en: What was promised outside the catalogue, one row per target, and the metric of the region's next report that answers it where there is one.
-- zh: 承诺与兑现：目录以外的目标及下一份报告中的回应
-- stored by: region_code report_year document_id char_start metric_id
-- renewed by: region_code
-- column answer_metric_id: The metric of the next report that answers the promise; null where none does. | 回应指标编号
-- column answer_document_id: Document of the answer. | 回应文档
-- column answer_report_year: Year of the report of the answer. | 回应报告年份
-- column answer_indicator: Indicator of the answer in its report's own words. | 回应指标
-- column answer_value: Value of the answer. | 回应数值
-- column answer_unit: Unit of the answer. | 回应单位
-- column answer_value_std: Value of the answer in unit_std. | 回应标准数值
-- column answer_sentence: Sentence of the answer. | 回应原句
-- column answer_char_start: Offset of the answer's number in its document. | 回应位置
-- column next_report_year: Year of the region's next report in the warehouse; null where there is none, so that nothing could be answered yet. | 下一份报告年份
-- column score: How well the answer fits, 0 to 1: words 0.6, number 0.25, period 0.15; answers below 0.6 are not shown, nor those of a narrower or wider name (高技术, 规模以上, 农村 …). | 匹配分数
-- column answered: Whether the next report answers; null where there is no next report. | 是否回应
-- column met: Whether the answer's number is what was promised, by size: no less of what was to be done or reached, no more where a ceiling was promised; null without an answer, below 0.7 of score, or where the period differs. | 是否兑现
with names as (
    -- The same names are used again and again: each is taken apart once.
    select
        indicator,
        regexp_replace(indicator, '^(新增|新建|改建|扩建|建成|建设|完成|实现|新)+', '') as words,
        -- What makes the name narrower must be the same on both sides.
        array_to_string(list_sort(list_distinct(regexp_extract_all(indicator, /* narrowing words */))), ' ') as narrowed
    from (select distinct indicator from metrics where indicator_id is null)
),

counted as (
    select m.*
    from metrics m
    join documents d using (document_id)
    where d.copy_of is null and m.region_code is not null and m.report_year is not null
),

told as (
    select c.*, coalesce(c.unit_std, c.unit, '') as kind, n.words, n.narrowed
    from counted c
    join names n using (indicator)
    where c.indicator_id is null
),

promises as (
    select * from told where modality = 'target'
),

reports as (
    select distinct region_code, report_year from counted
),

followed as (
    select region_code, report_year, lead(report_year) over (partition by region_code order by report_year) as next_report_year
    from reports
),

open as (
    select p.*, f.next_report_year from promises p join followed f using (region_code, report_year)
),

pairs as (
    select
        o.metric_id, a.metric_id as answer_metric_id, a.document_id as answer_document_id, a.report_year as answer_report_year,
        a.indicator as answer_indicator, a.value as answer_value, a.unit as answer_unit, a.sentence as answer_sentence, a.char_start as answer_start,
        coalesce(a.value_std, a.value) as answer_amount, coalesce(o.value_std, o.value) as amount, o.bound as promised_bound, a.bound as answer_bound,
        case
            when o.words = a.words then 1
            -- Chinese names end with what they name: more in front says which, more behind makes another thing of it.
            when ends_with(o.words, a.words) or ends_with(a.words, o.words) then greatest(0.75, jaccard(o.words, a.words))
            when starts_with(o.words, a.words) then if(regexp_full_match(substr(o.words, length(a.words) + 1), /* narrowing tails */), 0.8, 0)
            when starts_with(a.words, o.words) then if(regexp_full_match(substr(a.words, length(o.words) + 1), /* narrowing tails */), 0.8, 0)
            else jaccard(o.words, a.words)
        end as wording,
        case
            when coalesce(o.value_std, o.value) = 0 or coalesce(a.value_std, a.value) = 0 then cast(o.value = a.value as integer)
            when sign(o.value) <> sign(a.value) then 0
            else least(abs(coalesce(o.value_std, o.value)), abs(coalesce(a.value_std, a.value)))
                 / greatest(abs(coalesce(o.value_std, o.value)), abs(coalesce(a.value_std, a.value)))
        end as closeness,
        cast(coalesce(o.period_end = a.period_end, false) as integer) as same_period
    from open o
    join told a
      on a.region_code = o.region_code and a.report_year = o.next_report_year and a.statistic = o.statistic and a.kind = o.kind
     and a.narrowed = o.narrowed
     and a.modality = 'actual'
    where length(o.words) > 0 and length(a.words) > 0
),

scored as (
    select *, round(0.6 * wording + 0.25 * closeness + 0.15 * same_period, 3) as score from pairs where wording >= 0.5
),

answers as (
    select * from scored where score >= 0.6
    qualify row_number() over (partition by metric_id order by score desc, answer_start, answer_metric_id) = 1
),

-- A bound speaks of the size of the number, so sizes are compared; a fall is never a rise.
judged as (
    select
        *,
        case
            when score < 0.7 or same_period = 0 then null
            when amount <> 0 and answer_amount <> 0 and sign(amount) <> sign(answer_amount) then false
            when promised_bound = 'upper' then if(answer_bound = 'lower', null, abs(answer_amount) <= abs(amount) * (1 + 1e-9))
            when promised_bound = 'approx' and abs(answer_amount) between 0.9 * abs(amount) and 0.98 * abs(amount) then null
            when abs(answer_amount) >= abs(amount) * if(promised_bound = 'approx', 0.98, 1 - 1e-9) then if(answer_bound = 'upper', null, true)
            when answer_bound = 'lower' then null
            else false
        end as met
    from answers
),

final as (
    select
        o.metric_id, o.document_id, o.region_code, o.region, o.region_level, o.report_year, o.period_start, o.period_end,
        o.indicator, o.statistic, o.value, o.value_high, o.unit, o.value_std, o.unit_std, o.bound, o.sentence, o.char_start, o.char_end, o.confidence,
        o.next_report_year,
        a.answer_metric_id, a.answer_document_id, a.answer_report_year, a.answer_indicator, a.answer_value, a.answer_unit, a.answer_amount as answer_value_std, a.answer_sentence,
        a.answer_start as answer_char_start, a.score,
        case when o.next_report_year is not null then a.metric_id is not null end as answered,
        a.met
    from open o
    left join judged a using (metric_id)
)

select * from final
