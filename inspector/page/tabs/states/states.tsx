/** The state machines of the engines, drawn from their tables, with the way that this run took through them. */
import type { FunctionComponent } from 'preact'
import { useMemo } from 'preact/hooks'
import { type Course, coursesOf, diagramOf, MACHINES, type Scope, type Step } from '../../../model/states.ts'
import { Choose } from '../../choose.tsx'
import type { Region, RegionProps } from '../../state.ts'
import { placeOf } from '../opener.tsx'
import { DiagramView } from './diagram.tsx'
import './states.css'

export const States: Region = props => {
  const { run, state, words } = props
  const { states } = words.tabs
  const courses = useMemo(() => coursesOf(run.records), [run.records])
  const course = chosenIn(courses, state.place.own, run.parties.client.host)
  if (course === undefined)
    return (
      <div class="panel">
        <p>{states.none}</p>
      </div>
    )
  const { machine } = course
  const scope = scopeOf(course, state.place.own.scope)
  return (
    <div class="panel">
      <h2>{states.title(states.machines[machine])}</h2>
      <Chosen {...props} courses={courses} course={course} scope={scope} />
      {courses.every(each => each.machine === 'tcp') ? <p class="quiet">{states.beside}</p> : null}
      <div class="machine-view">
        <Drawing {...props} course={course} scope={scope} />
        <Steps {...props} course={course} />
      </div>
    </div>
  )
}

const chosenIn = (
  courses: readonly Course[],
  own: Readonly<Record<string, string>>,
  client: string | undefined,
): Course | undefined => {
  const wanted = courses.filter(({ machine }) => machine === (own.machine ?? 'tcp'))
  const among = wanted.length > 0 ? wanted : courses
  const byFlow = among.filter(({ flow }) => flow === own.flow)
  const here = byFlow.length > 0 ? byFlow : among
  return here.find(({ host }) => host === (own.of ?? client)) ?? here[0]
}

/** A machine of a dozen states is drawn whole. */
const SMALL = 12

const scopeOf = ({ states: { states } }: Course, wanted: string | undefined): Scope =>
  wanted === 'all' || wanted === 'near' ? wanted : states.length <= SMALL ? 'all' : 'near'

interface CourseProps extends RegionProps {
  readonly course: Course
}

const Chosen: FunctionComponent<CourseProps & { readonly courses: readonly Course[]; readonly scope: Scope }> = ({
  run,
  state,
  words,
  courses,
  course,
  scope,
}) => {
  const { states, connection } = words.tabs
  const of = (own: Readonly<Record<string, string | undefined>>): void => state.go({ own }, 'replace')
  const machines = MACHINES.filter(machine => courses.some(each => each.machine === machine))
  const same = courses.filter(({ machine }) => machine === course.machine)
  const flows = [...new Set(same.map(({ flow }) => flow))]
  const hosts = same.filter(({ flow }) => flow === course.flow).map(({ host }) => host)
  const { client, server, third } = run.parties
  const nameOf = (host: string): string => [client, server, third].find(party => party?.host === host)?.name ?? host
  return (
    <div class="machine-choices">
      {machines.length < 2 ? null : (
        <Choose
          name="machine"
          legend={states.machine}
          options={machines.map(machine => [machine, states.machines[machine]])}
          value={course.machine}
          onChoose={machine => of({ machine, scope: undefined })}
        />
      )}
      {hosts.length < 2 ? null : (
        <Choose
          name="of"
          legend={states.of}
          options={hosts.map(host => [host, nameOf(host)])}
          value={course.host}
          onChoose={host => of({ of: host })}
        />
      )}
      {flows.length < 2 ? null : (
        <label class="machine-connection">
          {connection}
          <select value={course.flow} onChange={event => of({ flow: event.currentTarget.value })}>
            {flows.map((flow, i) => (
              <option key={flow} value={flow}>
                {i + 1}
              </option>
            ))}
          </select>
        </label>
      )}
      {course.states.states.length <= SMALL ? null : (
        <Choose
          name="scope"
          legend={states.scope}
          options={[
            ['near', states.scopes.near],
            ['all', states.scopes.all],
          ]}
          value={scope}
          onChoose={next => of({ scope: next })}
        />
      )}
    </div>
  )
}

const Drawing: FunctionComponent<CourseProps & { readonly scope: Scope }> = ({ course, scope, words }) => {
  const diagram = useMemo(() => diagramOf(course, scope), [course, scope])
  const { states } = words.tabs
  const way = [course.steps[0]?.from ?? '', ...course.steps.map(({ to }) => to)].join(words.page.comma)
  const { everywhere, left } = diagram
  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with keys */}
      <section class="machine-drawing" tabIndex={0} aria-label={states.machines[course.machine]}>
        <DiagramView diagram={diagram} label={states.drawing(states.machines[course.machine], way)} />
      </section>
      {everywhere.count === 0 ? null : (
        <p class="quiet label">{states.everywhere(everywhere.count, everywhere.inputs, everywhere.to)}</p>
      )}
      {left === 0 ? null : <p class="quiet label">{states.left(left)}</p>}
    </div>
  )
}

const Steps: FunctionComponent<CourseProps> = ({ course, ...props }) => (
  <div>
    <ol class="machine-steps">
      {course.steps.map(step => (
        <StepRow key={step.number} {...props} step={step} />
      ))}
    </ol>
    {course.more === 0 ? null : <p class="quiet">{props.words.tabs.states.more(course.more)}</p>}
  </div>
)

const StepRow: FunctionComponent<RegionProps & { readonly step: Step }> = ({ run, state, words, step }) => {
  const { number, from, to, at, because, moves } = step
  const { states } = words.tabs
  const place = because === undefined ? undefined : placeOf(run, { message: because, start: 0, end: 0 })
  const cause = run.records.find(entry => entry.type === 'message' && entry.record.id === because)
  const [move] = moves
  const what =
    cause?.type === 'message'
      ? `${states.because} ${cause.record.name}`
      : move === undefined
        ? ''
        : moveText(move[1], move[4])
  const body = (
    <>
      <span class="machine-disc" aria-hidden="true">
        {number}
      </span>
      <span class="quiet">{words.page.milliseconds(at)}</span>
      <span>
        {from} → <b>{to}</b>
        <span class="machine-cause">{[what, move?.[3]].filter(Boolean).join(words.page.comma)}</span>
      </span>
    </>
  )
  return (
    <li>
      {place === undefined ? (
        <div class="machine-step">{body}</div>
      ) : (
        <a class="machine-step" href={state.hrefOf(place)}>
          {body}
        </a>
      )}
    </li>
  )
}

const moveText = (input: string, sends: string | undefined): string =>
  sends === undefined ? input : `${input} / ${sends}`
