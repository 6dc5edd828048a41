-- en: How did each run do? One row per run and suite: checks passed and failed, rows quarantined.
-- zh: 质量概览：每次运行、每个检查套件一行
-- column checks: Expectations evaluated. | 检查数
-- column checks_passed: Expectations that no row failed. | 通过的检查数
-- column checks_failed: Expectations that some row failed. | 未通过的检查数
-- column critical_failed: Failed expectations that are critical. | 未通过的严重检查数
-- column warnings_failed: Failed expectations that are warnings. | 未通过的警告检查数
-- column rows_quarantined: Metrics that this suite has put into quarantine; null for a run whose quarantine is no longer kept. | 隔离行数
with held as (
    -- Metrics are quarantined anew by each run, so the table holds those of the last one only.
    select q.run_id, c.suite, count(distinct q.metric_id) as rows_quarantined
    from quarantine q
    join (select distinct run_id, suite, expectation from checks) c using (run_id, expectation)
    group by q.run_id, c.suite
),

counted as (
    select
        run_id, suite,
        count(*) as checks,
        count(*) filter (where passed) as checks_passed,
        count(*) filter (where not passed) as checks_failed,
        count(*) filter (where not passed and severity = 'critical') as critical_failed,
        count(*) filter (where not passed and severity = 'warning') as warnings_failed,
        cast(sum(rows_checked) as bigint) as rows_checked,
        cast(sum(rows_failed) as bigint) as rows_failed
    from checks
    group by run_id, suite
),

final as (
    select
        c.run_id, c.suite, c.checks, c.checks_passed, c.checks_failed, c.critical_failed, c.warnings_failed, c.rows_checked, c.rows_failed,
        case when c.run_id = (select max(run_id) from checks) then coalesce(h.rows_quarantined, 0) end as rows_quarantined
    from counted c
    left join held h using (run_id, suite)
)

select * from final
